import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GithubRepository } from './github-fixture.ts';
import { githubRoutes } from './github-routes.ts';
import { sendHtml, sendJson, startLoopbackServer, untilClosed } from './loopback-server.ts';

export type GithubFault =
  | { readonly kind: 'status'; readonly status: number; readonly message: string }
  /** 403 with `retry-after`: too much at once. */
  | { readonly kind: 'secondary-limit'; readonly retryAfterSeconds: number }
  /** 403 with `x-ratelimit-remaining: 0`. */
  | { readonly kind: 'primary-limit' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'html'; readonly status: number };

interface GithubFaultRule {
  /** A part of the path; every request when left out. */
  readonly path?: string;
  /** 1 is the first request that matches `path`. */
  readonly occurrence?: number;
  readonly fault: GithubFault;
}

export interface GithubStandInOptions {
  readonly repositories: readonly GithubRepository[];
  readonly token?: string;
  readonly faults?: readonly GithubFaultRule[];
  /** Requests an hour. */
  readonly rateLimit?: number;
  readonly now?: () => number;
}

interface ReceivedGithubRequest {
  readonly receivedAtMs: number;
  readonly method: string;
  /** Without the `/api/v3` prefix. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly status: number | 'none';
}

interface GithubViolation {
  readonly path: string;
  readonly status: number;
  readonly message: string;
}

export interface GithubStandIn extends AsyncDisposable {
  /** For `baseUrl`; a GitHub Enterprise client may append `/api/v3`. */
  readonly url: string;
  readonly token: string;
  readonly requests: readonly ReceivedGithubRequest[];
  readonly violations: readonly GithubViolation[];
  /** May be changed at any time. */
  readonly faults: GithubFaultRule[];
}

const DOCUMENTATION = 'https://docs.github.com/rest';

/** Starts a server with the read-only part of the REST API that a monitor asks, over fixtures. */
export async function startGithubStandIn(options: GithubStandInOptions): Promise<GithubStandIn> {
  const { repositories, token = 'ghp_stand-in', rateLimit = 5000, now = Date.now } = options;
  const requests: ReceivedGithubRequest[] = [];
  const violations: GithubViolation[] = [];
  const faults = [...(options.faults ?? [])];
  const seen = new Map<string, number>();
  let used = 0;

  const findFault = (path: string): GithubFault | undefined => {
    for (const rule of faults) {
      if (rule.path !== undefined && !path.includes(rule.path)) continue;
      const key = rule.path ?? '';
      const occurrence = (seen.get(key) ?? 0) + 1;
      seen.set(key, occurrence);
      if (rule.occurrence === undefined || rule.occurrence === occurrence) return rule.fault;
    }
    return undefined;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const path = decodeURIComponent(url.pathname.replace(/^\/api\/v3(?=\/)/, ''));
    const method = request.method ?? '';
    const record = (status: number | 'none'): void => {
      requests.push({ receivedAtMs: now(), method, path, query: Object.fromEntries(url.searchParams), status });
    };
    if (path !== '/rate_limit') used += 1;
    const resetAt = Math.floor(now() / 3_600_000 + 1) * 3600;
    const limits = {
      'x-ratelimit-limit': String(rateLimit),
      'x-ratelimit-remaining': String(Math.max(0, rateLimit - used)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(resetAt),
      'x-ratelimit-resource': 'core',
      'x-github-media-type': 'github.v3; format=json',
    };
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      record(status);
      sendJson(response, status, body, { ...limits, ...headers });
    };
    const fail = (status: number, message: string): void => {
      violations.push({ path, status, message });
      send(status, { message, documentation_url: DOCUMENTATION, status: String(status) });
    };

    if (!isAuthorized(request, token)) return fail(401, 'Bad credentials');
    if (request.headers['user-agent'] === undefined) {
      return fail(
        403,
        'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
      );
    }
    const fault = findFault(path);
    if (fault !== undefined) {
      if (fault.kind === 'hang') {
        record('none');
        return untilClosed(response);
      }
      if (fault.kind === 'html') {
        record(fault.status);
        return sendHtml(response, fault.status);
      }
      if (fault.kind === 'status') return send(fault.status, { message: fault.message });
      if (fault.kind === 'secondary-limit') {
        const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
        return send(
          403,
          { message, documentation_url: DOCUMENTATION },
          { 'retry-after': String(fault.retryAfterSeconds) },
        );
      }
      used = rateLimit;
    }
    if (used > rateLimit || fault?.kind === 'primary-limit') {
      return send(
        403,
        { message: 'API rate limit exceeded', documentation_url: DOCUMENTATION },
        { 'x-ratelimit-remaining': '0' },
      );
    }
    if (path === '/rate_limit') {
      const core = { limit: rateLimit, used, remaining: Math.max(0, rateLimit - used), reset: resetAt };
      return send(200, { resources: { core }, rate: core });
    }
    if (method !== 'GET') return fail(404, 'Not Found');

    const [, owner = '', name = '', rest = ''] = /^\/repos\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = repositories.find(
      (each) => each.owner.toLowerCase() === owner.toLowerCase() && each.name.toLowerCase() === name.toLowerCase(),
    );
    if (repository === undefined) return fail(404, 'Not Found');
    for (const [pattern, route] of githubRoutes) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      const result = route(repository, match.slice(1), url.searchParams);
      if (result.kind === 'error') return fail(result.status, result.message);
      if (result.kind === 'object') return send(200, result.body);
      const paged = pageOf(result.items, url);
      if (paged === undefined) return fail(422, 'Validation Failed');
      const body =
        result.wrap === undefined ? paged.items : { total_count: result.items.length, [result.wrap]: paged.items };
      return send(200, body, paged.link === '' ? {} : { link: paged.link.replaceAll('http://stand-in', server.url) });
    }
    return fail(404, 'Not Found');
  }

  const server = await startLoopbackServer(answer, (message) => violations.push({ path: '', status: 500, message }));
  return {
    url: server.url,
    token,
    requests,
    violations,
    faults,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function isAuthorized(request: IncomingMessage, token: string): boolean {
  const [scheme = '', given] = request.headers.authorization?.split(' ') ?? [];
  return ['token', 'bearer'].includes(scheme.toLowerCase()) && given === token;
}

/** One page and its `Link` header; `undefined` for a page that cannot be. */
function pageOf(items: readonly unknown[], url: URL): { items: readonly unknown[]; link: string } | undefined {
  const perPage = Number(url.searchParams.get('per_page') ?? 30);
  const page = Number(url.searchParams.get('page') ?? 1);
  if (!Number.isInteger(perPage) || perPage < 1 || !Number.isInteger(page) || page < 1) return undefined;
  // GitHub cuts a larger wish down to its maximum.
  const size = Math.min(perPage, 100);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (target: number, rel: string): string => {
    const link = new URL(url);
    link.searchParams.set('page', String(target));
    return `<${link.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ];
  return { items: items.slice((page - 1) * size, page * size), link: links.join(', ') };
}
