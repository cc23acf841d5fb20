import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';
import { withFreePorts } from './free-ports.ts';
import { startProcess, waitUntilReady, type ServerProcess } from './server-process.ts';

const READY_TIMEOUT_MS = 90_000;

/** What several API servers of one run share: certificates, keys and tokens in one directory. */
export interface ApiServerPlace {
  readonly program: string;
  readonly directory: string;
  readonly etcdUrl: string;
  readonly adminToken: string;
  readonly tokenFile: string;
  readonly serviceAccountKeyFile: string;
}

export interface ApiServer {
  readonly process: ServerProcess;
  readonly url: string;
  /** PEM: the self-signed certificate and its authority. The same for every API server of the run. */
  readonly caFile: string;
  /** The key of that certificate, which the fake kubelet uses too. */
  readonly keyFile: string;
  readonly etcdPrefix: string;
}

/**
 * A kube-apiserver with the real authorizer and its default admission, without controllers, scheduler and kubelets.
 *
 * @param etcdPrefix a prefix that nobody used is an empty cluster
 * @param emulatedVersion such as `1.34`: it behaves as this older minor version did
 */
export async function startApiServer(
  place: ApiServerPlace,
  etcdPrefix: string,
  emulatedVersion?: string,
): Promise<ApiServer> {
  const certificates = path.join(place.directory, 'certificates');
  const caFile = path.join(certificates, 'apiserver.crt');
  return withFreePorts(1, async ([port]) => {
    const process = await startProcess(
      'kube-apiserver',
      place.program,
      [
        '--etcd-servers',
        place.etcdUrl,
        '--etcd-prefix',
        etcdPrefix,
        '--bind-address',
        '127.0.0.1',
        '--secure-port',
        String(port),
        '--cert-dir',
        certificates,
        '--advertise-address',
        '192.0.2.1',
        '--service-cluster-ip-range',
        '10.96.0.0/16',
        '--service-account-key-file',
        place.serviceAccountKeyFile,
        '--service-account-signing-key-file',
        place.serviceAccountKeyFile,
        '--service-account-issuer',
        'https://kubernetes.default.svc',
        '--authorization-mode',
        'RBAC',
        '--token-auth-file',
        place.tokenFile,
        '--disable-admission-plugins',
        'ServiceAccount',
        '--allow-privileged',
        '--profiling=false',
        ...(emulatedVersion === undefined ? [] : ['--emulated-version', emulatedVersion]),
      ],
      path.join(place.directory, 'kube-apiserver.log'),
    );
    const url = `https://127.0.0.1:${port}`;
    try {
      await waitUntilReady(process, () => isReady(url, caFile, place.adminToken), READY_TIMEOUT_MS);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
    return { process, url, caFile, keyFile: path.join(certificates, 'apiserver.key'), etcdPrefix };
  });
}

/** Ready, and the namespace `default` is there: it comes a little after `/readyz` says ok. */
async function isReady(url: string, caFile: string, token: string): Promise<boolean> {
  if (!existsSync(caFile)) return false;
  const agent = new Agent({ connect: { ca: await readFile(caFile, 'utf8') } });
  try {
    return (
      (await answersOk(agent, `${url}/readyz`, token)) &&
      (await answersOk(agent, `${url}/api/v1/namespaces/default`, token))
    );
  } finally {
    await agent.destroy();
  }
}

async function answersOk(agent: Agent, url: string, token: string): Promise<boolean> {
  const { statusCode, body } = await request(url, { dispatcher: agent, headers: { authorization: `Bearer ${token}` } });
  await body.dump();
  return statusCode === 200;
}
