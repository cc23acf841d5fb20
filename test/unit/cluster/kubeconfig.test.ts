import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'k8s-monitor-kubeconfig-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function put(name: string, content: string | object): string {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const config = (cluster: object = {}, user: object = { token: 't' }, name = 'a') => ({
  'current-context': name,
  clusters: [{ name, cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
  users: [{ name, user }],
  contexts: [{ name, context: { cluster: name, user: name, namespace: 'shop' } }],
});

const load = (explicitFile: string) => loadClusterAccess({ explicitFile, environment: {} });

test('the command line wins over KUBECONFIG, that over the pod, that over the home directory', () => {
  const explicitFile = put('explicit', config({ server: 'https://explicit' }));
  const KUBECONFIG = put('listed', config({ server: 'https://listed' }));
  put('home/.kube/config', config({ server: 'https://home' }));
  put('sa/token', 'pod-token');
  put('sa/ca.crt', 'pem');
  put('sa/namespace', 'monitoring\n');
  const HOME = path.join(directory, 'home');
  const serviceAccountDir = path.join(directory, 'sa');
  const pod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  const found = [
    loadClusterAccess({ explicitFile, environment: { KUBECONFIG, HOME, ...pod }, serviceAccountDir }),
    loadClusterAccess({ environment: { KUBECONFIG, HOME, ...pod }, serviceAccountDir }),
    loadClusterAccess({ environment: { HOME, ...pod }, serviceAccountDir }),
    loadClusterAccess({ environment: { HOME }, serviceAccountDir }),
  ];

  expect(found.map(({ server, source, namespace }) => ({ server, source, namespace }))).toEqual([
    { server: 'https://explicit', source: explicitFile, namespace: 'shop' },
    { server: 'https://listed', source: KUBECONFIG, namespace: 'shop' },
    { server: 'https://[fd00::1]', source: 'in-cluster', namespace: 'monitoring' },
    { server: 'https://home', source: path.join(HOME, '.kube/config'), namespace: 'shop' },
  ]);
});

test('of several files the first to say something wins, and missing ones are skipped', () => {
  const first = put('first', { ...config({ server: 'https://first' }), 'current-context': 'b' });
  const second = put('second', {
    ...config({ server: 'https://second' }, { token: 't' }, 'b'),
    'current-context': 'a',
  });
  const KUBECONFIG = [path.join(directory, 'missing'), first, second].join(path.delimiter);

  const access = loadClusterAccess({ environment: { KUBECONFIG } });

  expect(access.server).toBe('https://second');
});

test('files that a kubeconfig names are looked for beside it', () => {
  put('tls/ca.pem', 'pem');
  const file = put('config', config({ 'certificate-authority': 'tls/ca.pem' }, { token: 'older', tokenFile: 'token' }));

  const { kubeConfig } = load(file);

  expect(kubeConfig.getCurrentCluster()?.caFile).toBe(path.join(directory, 'tls/ca.pem'));
  expect(kubeConfig.getCurrentUser()).toMatchObject({
    authProvider: { config: { tokenFile: path.join(directory, 'token') } },
  });
  expect(kubeConfig.getCurrentUser()?.token).toBeUndefined();
});

test.each([
  ['http://127.0.0.1:8080', {}],
  ['http://localhost:8080', {}],
  ['http://[::1]:8080', {}],
  ['http://10.0.0.1:8080', { 'insecure-skip-tls-verify': true }],
])('plain HTTP to %s is allowed with %j', (server, flags) => {
  expect(load(put('config', config({ server, ...flags }))).server).toBe(server);
});

test.each(['http://10.0.0.1:8080', 'http://localhost.example.com'])('plain HTTP to %s is refused', (server) => {
  const file = put('config', config({ server }));

  expect(() => load(file)).toThrow('plain HTTP');
});

const CANARY = 'canary-token-4711';
test.each([
  ['a missing file', undefined, 'cannot be read'],
  ['a syntax error', `users:\n- user: {token: ${CANARY}\n  - broken: [`, 'line'],
  ['an empty file', '', 'not a kubeconfig'],
  ['text', `just ${CANARY}`, 'not a kubeconfig'],
  ['clusters of the wrong shape', { clusters: { a: CANARY } }, 'clusters'],
  ['no current context', { ...config(), 'current-context': undefined }, 'no current-context'],
  ['an unknown context', { ...config(), 'current-context': 'z' }, 'does not exist'],
  ['an unknown cluster', { ...config(), clusters: [] }, 'names the cluster "a"'],
  ['an unknown user', { ...config(), users: [] }, 'names the user "a"'],
  ['a server that is no URL', config({ server: 'kube' }, { token: CANARY }), 'not an http or https URL'],
  ['a missing CA file', config({ 'certificate-authority': 'nope.pem' }, { token: CANARY }), 'certificate-authority'],
  ['a SOCKS proxy', config({ 'proxy-url': 'socks5://h:1' }, { token: CANARY }), 'not supported'],
])('%s is one message with file, cause and remedy, and shows no credential', (_name, content, said) => {
  const file = content === undefined ? path.join(directory, 'missing') : put('config', content);
  let failure: unknown;

  try {
    load(file);
  } catch (error) {
    failure = error;
  }

  expect(failure).toMatchObject({ code: 'KUBECONFIG_INVALID', message: expect.stringContaining(file) });
  expect(failure).toMatchObject({ message: expect.stringContaining(said) });
  expect(inspect(failure, { depth: null })).not.toContain(CANARY);
});

test('nothing configured says what to give, in a pod and outside', () => {
  const serviceAccountDir = path.join(directory, 'none');

  expect(() => loadClusterAccess({ environment: { HOME: directory }, serviceAccountDir })).toThrow('Give --kubeconfig');
  expect(() => loadClusterAccess({ environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, serviceAccountDir })).toThrow(
    'automountServiceAccountToken',
  );
});
