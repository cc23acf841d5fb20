import type { Gap, GapCause } from '../domain/snapshot.ts';
import { MonitorError, type ErrorCode } from '../errors.ts';
import { isRaw } from './projection/fields.ts';
import { isProtobuf, statusMessageOf } from './protobuf/envelope.ts';

/** Why one read of the API server has no answer. */
export interface ReadFailure {
  readonly cause: GapCause;
  /** HTTP status; `undefined` when there was none. */
  readonly status: number | undefined;
  /** What happened, as the end of a sentence. */
  readonly what: string;
  /** `true` when no connection could be made at all, so that the next read would fare no better. */
  readonly noConnection: boolean;
}

/** What was asked for, in the words of RBAC. */
export interface Asked {
  readonly verb: 'get' | 'list';
  /** Plural, with a sub-resource where there is one: `pods`, `pods/log`. */
  readonly resource: string;
  /** '' for core. */
  readonly group: string;
  /** `undefined`: the whole cluster. */
  readonly namespace: string | undefined;
}

const API_TEXT_LIMIT = 300;

/** Turns a status that is no success into a failure. */
export function failureOfStatus(status: number, body: Buffer): ReadFailure {
  const message = messageOfStatusBody(body);
  const said = message === '' ? '' : `: ${message}`;
  const failure = (cause: GapCause, what: string): ReadFailure => ({ cause, status, what, noConnection: false });
  switch (status) {
    case 401:
      return failure('unauthorized', `the API server does not accept the credentials (401)${said}`);
    case 403:
      return failure('forbidden', message);
    case 404:
      return failure('not-served', message === '' ? 'the API server does not serve it (404)' : message);
    case 410:
      return failure('truncated', 'the list expired again and again while it was being read (410)');
    case 429:
      return failure('refused', `the API server is too busy (429)${said}`);
    default:
      return failure('refused', `the API server answered ${status}${said}`);
  }
}

/** The gap that a failed list leaves. */
export function gapOf(kind: string, asked: Asked, failure: ReadFailure): Gap {
  return {
    resource: kind,
    ...(asked.namespace !== undefined && { namespace: asked.namespace }),
    cause: failure.cause,
    detail: sentenceOf(asked, failure),
  };
}

/** The error that a failed live question is. */
export function errorOf(asked: Asked, failure: ReadFailure): MonitorError {
  const { cause, status } = failure;
  const passing = cause === 'refused' && (status === undefined || status === 429 || status >= 500);
  return new MonitorError(codeOf(failure), sentenceOf(asked, failure), {
    retryable: passing || cause === 'timeout' || cause === 'unreachable',
  });
}

function codeOf(failure: ReadFailure): ErrorCode {
  switch (failure.cause) {
    case 'forbidden':
      return 'CLUSTER_FORBIDDEN';
    case 'unauthorized':
      return 'CLUSTER_UNAUTHORIZED';
    case 'not-served':
      return 'CLUSTER_NOT_FOUND';
    case 'timeout':
    case 'unreachable':
      return 'CLUSTER_UNREACHABLE';
    case 'refused':
    case 'malformed':
    case 'truncated':
      return 'CLUSTER_REFUSED';
  }
}

function sentenceOf(asked: Asked, failure: ReadFailure): string {
  const where = asked.namespace === undefined ? 'at the cluster scope' : `in namespace ${asked.namespace}`;
  const what = `${asked.verb} ${asked.resource} ${where}`;
  if (failure.cause !== 'forbidden') return `${what}: ${failure.what}`;
  const user = /User "([^"]+)"/.exec(failure.what)?.[1];
  const group = asked.group === '' ? '""' : `"${asked.group}"`;
  const role = asked.namespace === undefined ? 'a ClusterRole' : `a Role in ${asked.namespace}`;
  return `${what} is forbidden${user === undefined ? '' : ` for ${user}`}: grant "${asked.verb}" on "${asked.resource}" (apiGroup ${group}) in ${role}`;
}

/** The message of a `Status`; '' for any other body. API text is untrusted: one line, cut. */
function messageOfStatusBody(body: Buffer): string {
  if (body.length === 0 || body.length > 65_536) return '';
  const message = isProtobuf(body) ? statusMessageOf(body) : messageOfJson(body);
  return message.replace(/\s+/g, ' ').trim().slice(0, API_TEXT_LIMIT);
}

function messageOfJson(body: Buffer): string {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const message = isRaw(parsed) ? parsed['message'] : undefined;
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}
