import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kindsFor } from '../../src/checks/run-checks.ts';
import { snapshotKindNames } from '../../src/cluster/kinds.ts';
import { clusterRules, grantedKinds } from '../../src/cluster/rbac.ts';
import { startSlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import { SHIPPED_ROWS } from '../../src/checks/custom-resource/shipped-rows.ts';
import { customResourceGrants } from '../../src/wiring/custom-resources.ts';
import type { CycleReport } from '../../src/domain/report.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { buildBundle, type Bundle } from '../harness/bundle.ts';
import { mountDefinitions } from '../harness/definitions.ts';
import { runProgram, startProgram, UNPRIVILEGED } from '../harness/program.ts';
import { installShippedAccount, MANIFESTS } from '../harness/shipped-account.ts';

const NAMESPACE = 'k8s-monitor';
const AGENTS = join(import.meta.dirname, '..', '..', 'agents');
const OPTIONAL_KINDS = grantedKinds()
  .filter(({ optional }) => optional)
  .map(({ kind }) => kind);
/** What a cycle with every check reads of the table. */
const kindsOfChecks = new Set<string>(kindsFor('all', () => ({})));
const READ_KINDS = snapshotKindNames().filter((kind) => kindsOfChecks.has(kind));

let server: ControlPlane;
/** Of the ServiceAccount in k8s/rbac.yaml, and of one that was granted nothing. */
let shippedToken: string;
let plainToken: string;
let bundle: Bundle;
let directory: string;

beforeAll(async () => {
  [server, bundle] = await Promise.all([freshControlPlane(), buildBundle()]);
  shippedToken = await installShippedAccount(server);
  await server.adminRequest('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'plain' } });
  plainToken = await server.mintToken(NAMESPACE, 'plain');
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-manifests-'));
  await chmod(directory, 0o755);
});
afterAll(async () => {
  await bundle[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('a second `kubectl apply -k k8s` changes nothing that the first one set', async () => {
  await server.applyKustomize(MANIFESTS); // the account's installer takes away what no controller completes
  const lines = (await server.applyKustomize(MANIFESTS)).trim().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(10);
  expect(lines.filter((line) => !line.endsWith(' unchanged'))).toEqual([]);
  await installShippedAccount(server);
});

test.each(['agents-configmap.yaml', 'orchestrator-configmap.yaml', 'config-configmap.yaml', 'policies-configmap.yaml'])(
  '`kubectl apply -n NAMESPACE -f k8s/%s` installs it anywhere',
  async (file) => {
    const namespace = await server.uniqueNamespace('elsewhere');
    await server.kubectl(['apply', '-n', namespace, '-f', join(MANIFESTS, file)]);
    const { metadata } = manifest(await readFile(join(MANIFESTS, file), 'utf8'));
    const installed = await server.adminRequest('GET', `/api/v1/namespaces/${namespace}/configmaps/${metadata.name}`);
    expect(installed).toMatchObject({ metadata: { labels: { app: 'k8s-monitor' } } });
  },
);

test('a Pod made from the Deployment passes the admission of its namespace, which enforces `restricted`', async () => {
  const answer = await createPod(await podFromDeployment());
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
});

test.each<[string, (spec: PodSpec) => void]>([
  ['may run as root', (spec) => void delete spec.securityContext['runAsNonRoot']],
  ['has no seccomp profile', (spec) => void delete spec.securityContext['seccompProfile']],
  ['may gain privileges', (spec) => void delete containerOf(spec).securityContext['allowPrivilegeEscalation']],
  ['keeps capabilities', (spec) => void delete containerOf(spec).securityContext['capabilities']],
  ['shares the network of its node', (spec) => void (spec['hostNetwork'] = true)],
  ['mounts a path of its node', (spec) => void spec.volumes.push({ name: 'host', hostPath: { path: '/' } })],
])('the same Pod is refused when it %s', async (_what, weaken) => {
  const pod = await podFromDeployment();
  weaken(pod.spec);
  const answer = await createPod(pod);
  expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining('violates PodSecurity') } });
});

test.each([NAMESPACE, 'default', 'kube-system'])(
  'in namespace %s the shipped account may read what the table of kinds names, and nothing that every account may not',
  async (namespace) => {
    const everyone = new Set(await rulesOf(plainToken, namespace));
    const extra = (await rulesOf(shippedToken, namespace)).filter((rule) => !everyone.has(rule));
    expect(extra.toSorted()).toEqual(clusterRules(customResourceGrants([])).flatMap(expand).toSorted());
    const [verbs, resources] = [0, 2].map((part) => extra.map((rule) => rule.split(' ')[part] ?? ''));
    expect([...new Set(verbs)].toSorted()).toEqual(['get', 'list', 'watch']);
    expect(resources).not.toContain('secrets');
    expect(resources).not.toContain('configmaps');
    expect(extra.filter((rule) => /\*|exec|attach|portforward|proxy/.test(rule))).toEqual([]);
  },
);

test.each(['/api/v1/secrets', '/api/v1/namespaces/k8s-monitor/secrets', '/api/v1/namespaces/k8s-monitor/configmaps'])(
  'the API server refuses the shipped account %s',
  async (path) => {
    expect((await server.request({ path, token: shippedToken })).status).toBe(403);
  },
);

test('`permissions` finds everything allowed for the shipped account, and names what an account without a role lacks', async () => {
  const shipped = await runProgram({
    arguments: ['permissions'],
    variables: { KUBECONFIG: await kubeconfig(shippedToken) },
  });
  expect(shipped).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shipped.stdout).toMatch(/Everything that is needed is allowed\.\n$/);

  const plain = await runProgram({
    arguments: ['permissions', '--output', 'json'],
    variables: { KUBECONFIG: await kubeconfig(plainToken) },
  });
  expect(plain).toMatchObject({ exitCode: 2, stderr: '' });
  const { permissions } = JSON.parse(plain.stdout) as {
    permissions: { allowed: boolean; resource: string; lost: string }[];
  };
  expect(permissions.filter(({ allowed }) => allowed)).toEqual([]);
  expect(permissions.find(({ resource }) => resource === 'pods/log')?.lost).toContain('agents cannot read logs');
});

test('an account without a role: `once` goes on, and names every kind that it could not read', async () => {
  const { exitCode, stdout } = await runProgram({
    arguments: ['once', '--dry-run', '--no-agents', '--output', 'json'],
    variables: { KUBECONFIG: await kubeconfig(plainToken), K8S_MONITOR_CLAUDE_DIR: AGENTS },
  });
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as CycleReport;
  const forbidden = report.gaps.filter(({ cause }) => cause === 'forbidden').map(({ resource }) => resource);
  expect(forbidden).toEqual(expect.arrayContaining([...READ_KINDS]));
  // Custom resources that are not served are known to be none.
  const custom = new Set(SHIPPED_ROWS.map(({ id }) => id));
  expect(report.checks.filter(({ id, evaluated }) => evaluated === 'yes' && !custom.has(id))).toEqual([]);
});

test('the daemon runs with the shipped token, mounts and user: nothing refused, probes answer, SIGTERM ends it well', async () => {
  await using slack = await startSlackStandIn();
  await using mounted = await mountDefinitions(server, {
    claude: await readFile(join(AGENTS, 'CLAUDE.md'), 'utf8'),
    agents: Object.fromEntries(
      await Promise.all(
        (await agentFiles()).map(async (name) => [name, await readFile(join(AGENTS, name), 'utf8')] as const),
      ),
    ),
  });
  await chmod(dirname(mounted.claudeDir), 0o755);
  const writable = join(directory, 'volume');
  const secrets = join(directory, 'secrets');
  await Promise.all([mkdir(writable), mkdir(secrets)]);
  await own(writable);
  await writeFile(join(secrets, 'SLACK_BOT_TOKEN'), slack.token, { mode: 0o400 });
  await own(join(secrets, 'SLACK_BOT_TOKEN'));

  await using daemon = startProgram({
    file: bundle.file,
    cwd: bundle.directory,
    unprivileged: true,
    // What the Deployment says, with the places and endpoints of this test.
    arguments: containerOf((await podFromDeployment()).spec).args,
    variables: {
      KUBECONFIG: await kubeconfig(shippedToken),
      SLACK_API_URL: slack.url,
      SLACK_BOT_TOKEN_FILE: join(secrets, 'SLACK_BOT_TOKEN'),
      ANTHROPIC_API_KEY_FILE: join(secrets, 'ANTHROPIC_API_KEY'),
      K8S_MONITOR_CLAUDE_DIR: mounted.claudeDir,
      K8S_MONITOR_AGENTS_DIR: mounted.agentsDir,
      K8S_MONITOR_DATA_DIR: join(writable, 'data'),
      K8S_MONITOR_REPORTS_DIR: join(writable, 'incidents'),
      K8S_MONITOR_METRICS_PORT: '0',
    },
  });
  const [, port] = await daemon.until(/"metricsPort":(\d+)/);
  await daemon.until(/"msg":"cycle finished"/);
  const probe = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  expect(await probe('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  expect(await probe('/readyz')).toEqual({ status: 200, text: 'ok\n' });
  const { status, text: metrics } = await probe('/metrics');
  expect(status).toBe(200);
  const requests = clusterRequests(metrics);
  expect(requests.filter((each) => each.status === '200').map(({ resource }) => resource)).toEqual(
    expect.arrayContaining([...READ_KINDS]),
  );
  expect(requests.filter((each) => each.status !== '200' && !OPTIONAL_KINDS.includes(each.resource))).toEqual([]);

  expect(daemon.stdout()).toContain('Loading orchestrator context from CLAUDE.md');
  expect(daemon.stdout()).toContain(
    `Discovered agents: ${(await agentFiles()).map((name) => name.replace('.md', '')).join(', ')}`,
  );
  const [file = ''] = await readdir(join(writable, 'incidents'));
  const report = JSON.parse(await readFile(join(writable, 'incidents', file), 'utf8')) as CycleReport;
  expect(report.gaps.filter(({ resource }) => !OPTIONAL_KINDS.includes(resource))).toEqual([]);
  expect(slack.requests.map(({ method }) => method)).toContain('auth.test');
  expect(slack.violations).toEqual([]);

  const asked = Date.now();
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
  // The Deployment gives it thirty seconds.
  expect(Date.now() - asked).toBeLessThan(10_000);
  expect(daemon.stderr()).toBe('');
  expect(await readdir(bundle.directory)).toEqual(['k8s-monitor.mjs', 'k8s-monitor.mjs.map']);
});

interface PodSpec extends Record<string, unknown> {
  securityContext: Record<string, unknown>;
  containers: { securityContext: Record<string, unknown>; args: string[] }[];
  volumes: unknown[];
}

async function podFromDeployment() {
  const deployment = manifest(await readFile(join(MANIFESTS, 'deployment.yaml'), 'utf8')) as unknown as {
    spec: { template: { metadata: Record<string, unknown>; spec: PodSpec } };
  };
  const { metadata, spec } = deployment.spec.template;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, generateName: 'k8s-monitor-' }, spec };
}

function containerOf(spec: PodSpec): PodSpec['containers'][number] {
  const [container] = spec.containers;
  if (container === undefined) throw new Error('the template has no container');
  return container;
}

function createPod(pod: unknown) {
  return server.request({ method: 'POST', path: `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, body: pod });
}

function manifest(text: string): { readonly metadata: { readonly name: string } } {
  return parse(text);
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
}

/** One line for each single right: `VERB GROUP RESOURCE NAME`. */
function expand({ verbs, apiGroups = [], resources = [], resourceNames = ['any'] }: Rule): readonly string[] {
  return verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.map((name) => `${verb} ${group === '' ? 'core' : group} ${resource} ${name}`),
      ),
    ),
  );
}

async function rulesOf(token: string, namespace: string): Promise<readonly string[]> {
  const { status, body } = await server.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    token,
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
  });
  expect(status).toBe(201);
  const { incomplete, resourceRules, nonResourceRules } = (
    body as {
      status: {
        incomplete: boolean;
        resourceRules: Rule[];
        nonResourceRules: { verbs: string[]; nonResourceURLs: string[] }[];
      };
    }
  ).status;
  expect(incomplete).toBe(false);
  return [
    ...resourceRules.flatMap(expand),
    ...nonResourceRules.flatMap(({ verbs, nonResourceURLs }) =>
      expand({ verbs, apiGroups: ['url'], resources: nonResourceURLs }),
    ),
  ];
}

function clusterRequests(metrics: string): readonly { readonly resource: string; readonly status: string }[] {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('k8s_monitor_cluster_requests_total{'))
    .map((line) => ({
      resource: /resource="([^"]*)"/.exec(line)?.[1] ?? '',
      status: /status="([^"]*)"/.exec(line)?.[1] ?? '',
    }));
}

async function agentFiles(): Promise<readonly string[]> {
  const names = await readdir(AGENTS);
  return names.filter((name) => name.endsWith('.md') && name !== 'CLAUDE.md').toSorted();
}

/** Readable for the daemon's user. */
async function kubeconfig(token: string): Promise<string> {
  const file = join(directory, `kubeconfig-${token.slice(-8)}`);
  await writeFile(file, await readFile(await server.kubeconfigFile({ token, namespace: NAMESPACE })), { mode: 0o600 });
  await own(file);
  return file;
}

/** Gives it to the image's user, where the test may. */
async function own(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, UNPRIVILEGED, UNPRIVILEGED);
}
