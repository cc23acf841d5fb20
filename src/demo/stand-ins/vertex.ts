import type { IncomingMessage, ServerResponse } from 'node:http';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from './claude.ts';
import { parseJson, readBody, sendJson, startLoopbackServer } from './loopback-server.ts';

/** Where a token was asked for, and with what. */
interface TokenRequest {
  readonly kind: 'metadata' | 'oauth';
  readonly form: Readonly<Record<string, string>>;
}

export interface VertexStandIn extends AsyncDisposable {
  /** For `llm.endpoint`: ends in `/v1`. */
  readonly url: string;
  /** The `token_uri` of a credentials file. */
  readonly tokenUrl: string;
  /** For `GCE_METADATA_HOST`. */
  readonly metadataHost: string;
  readonly tokenRequests: readonly TokenRequest[];
  /** Paths of the predictions that were asked for. */
  readonly paths: readonly string[];
  /** The Messages API behind the door. */
  readonly claude: ClaudeStandIn;
  readonly violations: readonly string[];
  /** Tokens given so far are refused from now on. */
  readonly revoke: () => void;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;
const PREDICT =
  /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/anthropic\/models\/([^/]+):streamRawPredict$/;
const METADATA = '/computeMetadata/v1/instance/service-accounts/default/token';

/** Google's door before Claude: tokens, the model in the path, the version in the body. What passes is judged by the stand-in for Claude. */
export async function startVertexStandIn(options: {
  readonly script: ClaudeScript;
  readonly project: string;
  readonly region: string;
  readonly tokenSeconds?: number;
}): Promise<VertexStandIn> {
  const claude = await startClaudeStandIn({ script: options.script });
  const tokenRequests: TokenRequest[] = [];
  const paths: string[] = [];
  const violations: string[] = [];
  let valid = new Set<string>();

  function giveToken(response: ServerResponse, asked: TokenRequest): void {
    tokenRequests.push(asked);
    const token = `ya29.stand-in-${tokenRequests.length}`;
    valid.add(token);
    sendJson(response, 200, {
      access_token: token,
      expires_in: options.tokenSeconds ?? 3_599,
      token_type: 'Bearer',
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (code: number, message: string): void => {
      violations.push(message);
      sendJson(response, code, { error: { code, message, status: 'REFUSED' } });
    };
    const path = request.url ?? '';
    const text = (await readBody(request, MAX_BODY_BYTES)) ?? '';
    if (path === METADATA) {
      if (request.headers['metadata-flavor'] !== 'Google') return refuse(403, 'Missing Metadata-Flavor:Google header.');
      return giveToken(response, { kind: 'metadata', form: {} });
    }
    if (path === '/token') {
      return giveToken(response, { kind: 'oauth', form: Object.fromEntries(new URLSearchParams(text)) });
    }
    paths.push(path);
    const [, project, region, model] = PREDICT.exec(path) ?? [];
    if (project !== options.project || region !== options.region || model === undefined) {
      return refuse(404, `no such model: ${path}`);
    }
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!valid.has(token)) return refuse(401, 'Request had invalid authentication credentials.');
    if (request.headers['x-api-key'] !== undefined) return refuse(400, 'a key of Anthropic has no business here');
    const body = parseJson(text);
    if (typeof body !== 'object' || body === null || 'model' in body) return refuse(400, 'model: Extra inputs');
    const { anthropic_version: version, ...messages } = { anthropic_version: undefined, ...body };
    if (version !== 'vertex-2023-10-16') return refuse(400, 'anthropic_version: "vertex-2023-10-16" is required');
    const answered = await fetch(`${claude.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${claude.apiKey}`,
        'anthropic-version': '2023-06-01',
      },
      body: JSON.stringify({ model: decodeURIComponent(model), ...messages }),
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answered.arrayBuffer()));
  }

  const server = await startLoopbackServer(answer, (said) => violations.push(said));
  return {
    url: `${server.url}/v1`,
    tokenUrl: `${server.url}/token`,
    metadataHost: new URL(server.url).host,
    tokenRequests,
    paths,
    claude,
    violations,
    revoke: () => {
      valid = new Set();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await claude[Symbol.asyncDispose]();
    },
  };
}
