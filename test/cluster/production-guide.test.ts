import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { commandsOf, fencedBlocks } from '../builders/fenced.ts';
import { textOf } from '../builders/markdown.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { MANIFESTS } from '../harness/shipped-account.ts';

/* What docs/production-deployment-guide.md gives to copy, on a real API server with the real kubectl. */

const GUIDE = textOf('docs/production-deployment-guide.md');
const YAML = fencedBlocks(GUIDE)
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text);
const blockOf = (beginning: string): string => YAML.find((text) => text.includes(beginning)) ?? '';

let server: ControlPlane;
let directory = '';
let overlay = '';

beforeAll(async () => {
  server = await freshControlPlane();
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-production-'));
  await cp(MANIFESTS, join(directory, 'k8s'), { recursive: true });
  overlay = join(directory, 'clusters', 'west');
  await mkdir(overlay, { recursive: true });
  await writeFile(join(overlay, 'kustomization.yaml'), blockOf('configMapGenerator:'));
  await writeFile(join(overlay, 'config.yaml'), blockOf('# clusters/west/config.yaml'));
  await writeFile(join(overlay, 'CLAUDE.md'), '# West\n\n## P0\n\n- shop/billing: takes the money\n');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

test('the overlay replaces what it names, keeps the rest and every name, and is applied', async () => {
  const built = parseAllDocuments(await server.kubectl(['kustomize', overlay])).map((one): Manifest => one.toJS());
  const dataOf = (name: string) =>
    built.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.['data'];

  expect(dataOf('k8s-monitor-config')).toMatchObject({
    'config.yaml': `${blockOf('# clusters/west/config.yaml')}`,
    'environments.yaml': expect.stringContaining('"*-staging": staging'),
  });
  expect(dataOf('k8s-monitor-orchestrator')).toEqual({ 'CLAUDE.md': expect.stringContaining('shop/billing') });
  expect(JSON.stringify(built.find(({ kind }) => kind === 'Deployment'))).toContain(
    'registry.example.com/platform/k8s-monitor:0.1.0',
  );
  const lines = (await server.kubectl(['apply', '--server-side', '-k', overlay])).trim().split('\n');
  expect(lines).toHaveLength(built.length);
  expect(lines.filter((line) => !line.endsWith(' serverside-applied'))).toEqual([]);
});

test('the account that it installs may list pods everywhere and get no Secret', async () => {
  const answers = await Promise.all(
    commandsOf(GUIDE, 'kubectl')
      .filter(([first]) => first === 'auth')
      .map((words) => server.kubectl(words).catch((error: unknown) => String(error))),
  );

  expect(answers[0]?.trim()).toBe('yes');
  expect(answers[1]).not.toContain('yes');
});

test.each(['kind: RoleBinding', 'kind: NetworkPolicy'])('its %s is taken by the API server', async (beginning) => {
  const manifest: Manifest = parse(blockOf(beginning));
  await server
    .adminRequest('POST', '/api/v1/namespaces', { metadata: { name: manifest.metadata.namespace ?? '' } })
    .catch(() => undefined); // k8s-monitor is there already
  const said = await server.kubectl(['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'], {
    input: blockOf(beginning),
  });

  expect(said).toContain('serverside-applied (server dry run)');
});

test('a ConfigMap beyond the limit of annotations is refused on the client side and taken on the side of the server', async () => {
  const namespace = await server.uniqueNamespace('large');
  const input = stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'k8s-monitor-agents' },
    data: { 'one.md': 'x'.repeat(150_000), 'two.md': 'y'.repeat(150_000) },
  });

  await expect(server.kubectl(['apply', '-n', namespace, '-f', '-'], { input })).rejects.toThrow(
    'metadata.annotations: Too long',
  );
  expect(await server.kubectl(['apply', '--server-side', '-n', namespace, '-f', '-'], { input })).toContain(
    'serverside-applied',
  );
});

test('an edit in the cluster is not overwritten unasked, and the way from a client-side apply is free', async () => {
  const namespace = await server.uniqueNamespace('conflict');
  const apply = (text: string, ...flags: readonly string[]): Promise<string> =>
    server.kubectl(['apply', ...flags, '-n', namespace, '-f', '-'], {
      input: stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'shared' },
        data: { 'CLAUDE.md': text },
      }),
    });
  await apply('one');
  expect(await apply('two', '--server-side')).toContain('serverside-applied');

  const edit = JSON.stringify({ data: { 'CLAUDE.md': 'edited' } });
  await server.kubectl(['-n', namespace, 'patch', 'configmap', 'shared', '--type', 'merge', '-p', edit]);
  await expect(apply('three', '--server-side')).rejects.toThrow('conflict with "kubectl-');
  expect(await apply('three', '--server-side', '--force-conflicts')).toContain('serverside-applied');
});

test('an immutable ConfigMap takes no edit, and is no longer mutable by taking the mark away', async () => {
  const namespace = await server.uniqueNamespace('immutable');
  const map = (text: string, immutable: boolean): string =>
    stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'frozen' },
      data: { 'CLAUDE.md': text },
      immutable,
    });
  const apply = (input: string): Promise<string> =>
    server.kubectl(['apply', '--server-side', '-n', namespace, '-f', '-'], { input });
  await apply(map('one', true));

  await expect(apply(map('two', true))).rejects.toThrow('immutable');
  await expect(apply(map('one', false))).rejects.toThrow('immutable');
});

test('kubectl rollout undo knows nothing of ConfigMaps, as the guides say', async () => {
  await expect(
    server.kubectl(['-n', 'k8s-monitor', 'rollout', 'undo', 'configmap/k8s-monitor-orchestrator']),
  ).rejects.toThrow('rollbacker for "ConfigMap"');
});

test('the annotation that hurries the kubelet can be set on the pods of the Deployment', async () => {
  const pod = { ...parse(textOf('k8s/deployment.yaml')).spec.template, apiVersion: 'v1', kind: 'Pod' };
  pod.metadata.name = 'k8s-monitor-0';
  await server.kubectl(['-n', 'k8s-monitor', 'apply', '-f', '-'], { input: stringify(pod) });
  const [words = []] = commandsOf(GUIDE, 'kubectl').filter((command) => command.includes('annotate'));

  expect(await server.kubectl(words)).toBe('pod/k8s-monitor-0 annotated\n');
});

test('the Secret of the guide has the keys that the Deployment mounts', async () => {
  const [words = []] = commandsOf(GUIDE, 'kubectl').filter((command) => command.includes('secret'));
  const secret: Manifest = parse(await server.kubectl([...words, '--dry-run=client', '-o', 'yaml']));
  const environment: readonly { readonly name: string; readonly value: string }[] = parse(textOf('k8s/deployment.yaml'))
    .spec.template.spec.containers[0].env;
  const mounted = environment.filter(({ name }) => name.endsWith('_FILE')).map(({ value }) => value);

  expect(
    Object.keys(secret['data'] ?? {})
      .map((key) => `/etc/k8s-monitor/secrets/${key}`)
      .toSorted(),
  ).toEqual(mounted.toSorted());
  expect(mounted.map(dirname)).toEqual(mounted.map(() => '/etc/k8s-monitor/secrets'));
});

test('every kubectl command of the guides has a verb and flags that kubectl knows', async () => {
  const guides = [
    GUIDE,
    textOf('docs/agent-customization-guide.md'),
    textOf('docs/operations.md'),
    textOf('README.md'),
  ];
  const commands = guides.flatMap((guide) => commandsOf(guide, 'kubectl'));
  const globals = await server.kubectl(['options']);
  const helps = new Map<string, string>();

  expect(commands.length).toBeGreaterThan(30);
  for (const words of commands) {
    const own = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
    const [verb = ''] = own.filter((word, index) => !word.startsWith('-') && own[index - 1] !== '-n');
    const sub = ['create', 'rollout', 'auth'].includes(verb) ? [own[own.indexOf(verb) + 1] ?? ''] : [];
    const command = [verb, ...sub, ...(sub[0] === 'secret' ? ['generic'] : [])].join(' ');
    const help = helps.get(command) ?? (await server.kubectl([...command.split(' '), '--help']));
    helps.set(command, help);
    const flags = own.filter((word) => word.startsWith('-') && word !== '-').map((word) => word.split('=')[0] ?? '');
    expect(
      flags.filter((flag) => !new RegExp(String.raw`(?:^|[\s,])${flag}[\s,=:]`, 'm').test(`${help}\n${globals}`)),
      words.join(' '),
    ).toEqual([]);
  }
});
