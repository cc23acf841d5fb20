import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';
import { runKubectl, type KubectlOptions } from './kubectl.ts';
import type { Connection } from './servers/connection.ts';

/** An answer of the API server, whatever its status; JSON is parsed, anything else is text. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` unless told; a patch wants one of its own. */
  readonly contentType?: string;
  /** The admin's unless told. */
  readonly token?: string;
}

/** The API server said no to the admin: a mistake of the test. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One API server of the run, and what a test does with it. */
export interface ControlPlane extends AsyncDisposable {
  readonly connection: Connection;
  readonly url: string;
  /** A PEM file, and its content. */
  readonly caFile: string;
  readonly caPem: string;
  /** In the group `system:masters`. The product never gets it: mint a token. */
  readonly adminToken: string;
  request(asked: ApiRequest): Promise<ApiAnswer>;
  /** @throws {ApiRefusal} for any status of 400 and above */
  adminRequest(method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): Promise<unknown>;
  /** kubectl of the server's version. @throws {Error} with its stderr */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** `kubectl apply -k` */
  applyKustomize(directory: string): Promise<string>;
  /** A kubeconfig of the admin, or of whom a token stands for. The file goes when the run ends. */
  kubeconfigFile(user?: { readonly token: string; readonly namespace?: string }): Promise<string>;
  /** Creates a namespace that no other test has: without controllers a deleted one never goes away. */
  uniqueNamespace(prefix: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** A token for one hour, by the TokenRequest API. The ServiceAccount must exist. */
  mintToken(namespace: string, serviceAccount: string): Promise<string>;
}

/** @param sockets how many requests may be on their way at once */
export function connect(connection: Connection, { sockets = 8 }: { sockets?: number } = {}): ControlPlane {
  const caPem = readFileSync(connection.caFile, 'utf8');
  const agent = new Agent({ connections: sockets, connect: { ca: caPem } });
  let adminFile: Promise<string> | undefined;
  const adminConfig = (): Promise<string> =>
    (adminFile ??= writeKubeconfig(connection, caPem, { token: connection.adminToken }));

  const ask = async (asked: ApiRequest): Promise<ApiAnswer> => {
    const { statusCode, headers, body } = await request(`${connection.url}${asked.path}`, {
      dispatcher: agent,
      method: asked.method ?? 'GET',
      headers: {
        authorization: `Bearer ${asked.token ?? connection.adminToken}`,
        accept: 'application/json',
        ...(asked.body !== undefined && { 'content-type': asked.contentType ?? 'application/json' }),
      },
      body: asked.body === undefined ? null : JSON.stringify(asked.body),
    });
    const text = await body.text();
    const isJson = String(headers['content-type']).startsWith('application/json');
    return { status: statusCode, body: isJson ? JSON.parse(text) : text };
  };

  const adminRequest: ControlPlane['adminRequest'] = async (method = 'GET', place, body, contentType) => {
    const answer = await ask({ method, path: place, body, ...(contentType !== undefined && { contentType }) });
    if (answer.status < 400) return answer.body;
    throw new ApiRefusal(answer.status, `${method} ${place}: ${answer.status} ${messageIn(answer.body)}`);
  };

  const kubectl: ControlPlane['kubectl'] = async (args, options) =>
    runKubectl(connection.binaries.kubectl, options?.kubeconfig ?? (await adminConfig()), args, options);

  return {
    connection,
    url: connection.url,
    caFile: connection.caFile,
    caPem,
    adminToken: connection.adminToken,
    request: ask,
    adminRequest,
    kubectl,
    applyKustomize: (directory) => kubectl(['apply', '-k', directory]),
    kubeconfigFile: async (user) => (user === undefined ? adminConfig() : writeKubeconfig(connection, caPem, user)),
    uniqueNamespace: async (prefix, labels = {}) => {
      const name = `${prefix}-${randomBytes(4).toString('hex')}`;
      await adminRequest('POST', '/api/v1/namespaces', { metadata: { name, labels } });
      return name;
    },
    mintToken: async (namespace, serviceAccount) => {
      const place = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const answer = (await adminRequest('POST', place, { spec: { expirationSeconds: 3600 } })) as {
        status: { token: string };
      };
      return answer.status.token;
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function writeKubeconfig(
  connection: Connection,
  caPem: string,
  { token, namespace = 'default' }: { token: string; namespace?: string },
): Promise<string> {
  const file = path.join(connection.directory, `kubeconfig-${randomBytes(6).toString('hex')}`);
  const authority = Buffer.from(caPem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: connection.url, 'certificate-authority-data': authority } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  };
  await writeFile(file, JSON.stringify(config, undefined, 2), { mode: 0o600 }); // JSON is YAML
  return file;
}

function messageIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : String(body);
}
