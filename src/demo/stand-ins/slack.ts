import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson, readBody, sendHtml, sendJson, startLoopbackServer, untilClosed } from './loopback-server.ts';
import { createSlackMessages, type SlackMessage } from './slack-messages.ts';
import { slackMethods, type SlackAnswer, type SlackArguments, type SlackChannel } from './slack-methods.ts';

/** What goes wrong with one call. `stored` tells whether the message is posted all the same. */
export type SlackFault =
  /** `ok: false` with this error. */
  | { readonly kind: 'refuse'; readonly error: string }
  /** 429; `retryAfter` is sent as it stands, and no header at all when it is left out. */
  | { readonly kind: 'rate-limit'; readonly retryAfter?: string }
  | { readonly kind: 'status'; readonly status: number; readonly stored: boolean }
  | { readonly kind: 'html'; readonly status: number; readonly stored: boolean }
  /** The connection stays open and silent. */
  | { readonly kind: 'hang'; readonly stored: boolean }
  /** The connection is reset before a byte of the answer. */
  | { readonly kind: 'reset'; readonly stored: boolean }
  /** Half of a stored message's answer, then the end of the connection. */
  | { readonly kind: 'half-response' };

/** When a fault happens: every matching call, or the n-th call of that method. */
export interface SlackFaultRule {
  readonly method?: string;
  /** 1 is the first call of the method since the start. */
  readonly occurrence?: number;
  /** Channel id or name. */
  readonly channel?: string;
  readonly fault: SlackFault;
}

export interface SlackStandInOptions {
  /** The one token that is accepted. */
  readonly token?: string;
  /** Names, or channels with flags; ids are made up where they are left out. */
  readonly channels?: readonly (string | (Pick<SlackChannel, 'name'> & Partial<SlackChannel>))[];
  readonly scopes?: readonly string[];
  readonly faults?: readonly SlackFaultRule[];
  /** Refuses a call that writes to a channel sooner than this after the last one; off by default. */
  readonly minIntervalMs?: number;
  /** Unix milliseconds; the source of `ts` and of arrival times. */
  readonly now?: () => number;
}

/** One call as it came in. */
interface ReceivedSlackCall {
  readonly receivedAtMs: number;
  readonly method: string;
  /** Arguments, decoded from either body form; JSON inside form fields is decoded too. */
  readonly args: SlackArguments;
  /** What was answered: `ok`, the error, or the name of the fault. */
  readonly outcome: string;
}

interface SlackViolation {
  readonly method: string;
  readonly error: string;
  readonly detail: string;
}

export interface SlackStandIn extends AsyncDisposable {
  /** For `slackApiUrl`; ends in `/api/`. */
  readonly url: string;
  token: string;
  readonly channels: readonly SlackChannel[];
  readonly requests: readonly ReceivedSlackCall[];
  /** Calls that the real service would have refused or punished; scripted faults are not among them. */
  readonly violations: readonly SlackViolation[];
  /** May be changed at any time. */
  readonly faults: SlackFaultRule[];
  /** Present state of a channel (id or name): messages outside threads, oldest first, with edits and replies. */
  messages(channel: string): readonly SlackMessage[];
}

/** Generous: the service's own bound is not documented. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const DEFAULT_CHANNELS = ['critical-alerts', 'alerts', 'digest'];
const ALL_SCOPES = ['chat:write', 'channels:history', 'channels:read', 'groups:read'];
/** Form fields that carry JSON. */
const JSON_FIELDS = new Set(['blocks', 'metadata', 'attachments']);

/** Starts a workspace that speaks the Web API methods a monitor needs, and refuses what Slack refuses. */
export async function startSlackStandIn(options: SlackStandInOptions = {}): Promise<SlackStandIn> {
  const { now = Date.now, scopes = ALL_SCOPES, minIntervalMs = 0 } = options;
  const state = { token: options.token ?? 'xoxb-stand-in' };
  const channels = (options.channels ?? DEFAULT_CHANNELS).map((each, index): SlackChannel => ({
    id: `C0STANDIN${String(index + 1).padStart(2, '0')}`,
    isArchived: false,
    isMember: true,
    ...(typeof each === 'string' ? { name: each } : each),
  }));
  const messages = createSlackMessages(now);
  const faults = [...(options.faults ?? [])];
  const requests: ReceivedSlackCall[] = [];
  const violations: SlackViolation[] = [];
  const occurrences = new Map<string, number>();
  const lastWriteAtMs = new Map<string, number>();
  const closedUntilMs = new Map<string, number>();

  const channelOf = (value: unknown): SlackChannel | undefined => {
    const name = typeof value === 'string' ? value.replace(/^#/, '') : '';
    return channels.find((channel) => channel.id === name || channel.name === name);
  };
  const faultFor = (method: string, occurrence: number, channel: SlackChannel | undefined): SlackFault | undefined =>
    faults.find(
      (rule) =>
        (rule.method === undefined || rule.method === method) &&
        (rule.occurrence === undefined || rule.occurrence === occurrence) &&
        (rule.channel === undefined || (channel !== undefined && channelOf(rule.channel) === channel)),
    )?.fault;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAtMs = now();
    const text = (await readBody(request, MAX_BODY_BYTES)) ?? '';
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const method = pathname.startsWith('/api/') ? pathname.slice('/api/'.length) : pathname;
    const args = decodeArguments(text, request.headers['content-type'] ?? '');
    const occurrence = (occurrences.get(method) ?? 0) + 1;
    occurrences.set(method, occurrence);
    const record = (outcome: string): void => {
      const { token: _secret, ...shown } = args;
      requests.push({ receivedAtMs, method, args: shown, outcome });
    };
    const violate = (error: string, detail: string): void => void violations.push({ method, error, detail });

    const known = slackMethods[method];
    const door = doorError(request, args, state.token) ?? (known === undefined ? 'unknown_method' : undefined);
    if (door !== undefined || known === undefined) {
      record(door ?? 'unknown_method');
      violate(door ?? 'unknown_method', `${request.method ?? ''} ${pathname}`);
      return sendJson(response, 200, { ok: false, error: door ?? 'unknown_method' });
    }
    const needed = [known.scope, known.scopeFor?.(args)].find(
      (scope) => scope !== undefined && !scopes.includes(scope),
    );
    if (needed !== undefined) {
      record('missing_scope');
      violate('missing_scope', needed);
      return sendJson(response, 200, {
        ok: false,
        error: 'missing_scope',
        needed,
        provided: scopes.join(','),
      });
    }

    const channel = channelOf(args['channel']);
    const key = channel?.id ?? '';
    const writes = known.scope === 'chat:write';
    if (writes && receivedAtMs < (closedUntilMs.get(key) ?? 0)) violate('ratelimited', 'Retry-After was not obeyed');
    const fault = faultFor(method, occurrence, channel);
    const tooSoon = writes && minIntervalMs > 0 && receivedAtMs - (lastWriteAtMs.get(key) ?? -Infinity) < minIntervalMs;
    if (fault?.kind === 'rate-limit' || (fault === undefined && tooSoon)) {
      const retryAfter = fault?.kind === 'rate-limit' ? fault.retryAfter : String(Math.ceil(minIntervalMs / 1000));
      closedUntilMs.set(key, receivedAtMs + (Number(retryAfter) * 1000 || 0));
      record('ratelimited');
      const header: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return sendJson(response, 429, { ok: false, error: 'ratelimited' }, header);
    }
    if (writes) lastWriteAtMs.set(key, receivedAtMs);
    if (fault?.kind === 'refuse') {
      record(fault.error);
      return sendJson(response, 200, { ok: false, error: fault.error });
    }

    const happens = fault === undefined || fault.kind === 'half-response' || fault.stored;
    const result = happens ? known.call(args, { channels, messages }) : undefined;
    if (result?.ok === false) violate(result.error, result.detail);
    record(fault?.kind ?? (result?.ok === false ? result.error : 'ok'));
    return sendResult(response, result, fault, scopes);
  }

  const server = await startLoopbackServer(answer, (message) => {
    violations.push({ method: '', error: 'stand_in_failed', detail: message });
  });
  return {
    url: `${server.url}/api/`,
    get token() {
      return state.token;
    },
    set token(token: string) {
      state.token = token;
    },
    channels,
    requests,
    violations,
    faults,
    messages: (name) => messages.list(channelOf(name)?.id ?? ''),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function sendResult(
  response: ServerResponse,
  result: SlackAnswer | undefined,
  fault: SlackFault | undefined,
  scopes: readonly string[],
): Promise<void> {
  if (fault?.kind === 'hang') return untilClosed(response);
  if (fault?.kind === 'html') return sendHtml(response, fault.status);
  if (fault?.kind === 'status') return sendJson(response, fault.status, { ok: false, error: 'internal_error' });
  if (fault?.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body =
    result === undefined || result.ok
      ? { ok: true, ...result?.body }
      : { ok: false, error: result.error, response_metadata: { messages: [`[ERROR] ${result.detail}`] } };
  if (fault?.kind === 'half-response') {
    const text = JSON.stringify(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) });
    response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.destroy());
    return;
  }
  sendJson(response, 200, body, { 'x-oauth-scopes': scopes.join(',') });
}

function doorError(request: IncomingMessage, args: SlackArguments, token: string): string | undefined {
  const header = request.headers.authorization?.replace(/^Bearer /, '');
  const given = header ?? (typeof args['token'] === 'string' ? args['token'] : undefined);
  if (given === undefined || given === '') return 'not_authed';
  return given === token ? undefined : 'invalid_auth';
}

/** @web-api sends a form in which objects are JSON strings; plain fetch callers send JSON. */
function decodeArguments(text: string, contentType: string): SlackArguments {
  if (contentType.startsWith('application/json')) {
    const body = parseJson(text);
    return typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {};
  }
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [
      name,
      JSON_FIELDS.has(name) ? (parseJson(value) ?? value) : value,
    ]),
  );
}
