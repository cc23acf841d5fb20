import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatedCluster } from '../../src/demo/cluster/server.ts';
import { demoCycles } from '../../src/demo/cluster/timeline.ts';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../src/demo/stand-ins/openai.ts';
import { startVertexStandIn, type VertexStandIn } from '../../src/demo/stand-ins/vertex.ts';
import { controlPlane } from '../control-plane/control-plane.ts';
import { mountVolume, type MountedVolume } from '../control-plane/mounted-volume.ts';
import { runProgram, startProgram, type Program } from '../harness/program.ts';
import { startSimulatedClusterNow } from '../harness/simulated-now.ts';

/**
 * The five scenarios of BR-HAPI-199 as they are written, and what happens at starts, all observed from outside: the real program as a process
 * of its own, a ConfigMap written by the kubelet's own code, and stand-ins that see which request leaves.
 */
const DEFINITIONS = join(import.meta.dirname, '..', '..', 'agents');
const GOOGLE = { project: 'acme-prod', region: 'global' };

let directory: string;
let cluster: SimulatedCluster;
let openai: OpenAiStandIn;
let vertex: VertexStandIn;
let volume: MountedVolume;
let program: Program;

const config = (llm: string, level = 'INFO'): string =>
  `schedule: {agents: "*/2 * * * * *"}\nlog_level: ${level}\nllm: {max_retries: 0, ${llm}}\n`;
const gpt = (model: string): string => `provider: openai, model: ${model}, endpoint: "${openai.url}"`;
const swap = (text: string): Promise<void> => volume.swap({ 'config.yaml': text });
const SOON = { timeout: 30_000, interval: 100 };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-config-reload-'));
  await chmod(directory, 0o755);
  cluster = await startSimulatedClusterNow(demoCycles[0].nowMs);
  await writeFile(join(directory, 'kubeconfig'), cluster.kubeconfig);
  openai = await startOpenAiStandIn({ script: () => ({ text: 'I have nothing to add.' }) });
  vertex = await startVertexStandIn({ ...GOOGLE, script: () => ({ text: 'I have nothing to add.' }) });
  await mkdir(join(directory, 'config'));
  volume = await mountVolume(controlPlane().connection.binaries['volume-writer'], join(directory, 'config'));
  await swap(config(gpt('gpt-4')));
  program = startProgram({ arguments: ['run'], variables: variablesFor('data') });
  await program.until(/"msg":"k8s-monitor started"/);
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await volume[Symbol.asyncDispose]();
  await vertex[Symbol.asyncDispose]();
  await openai[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test('scenario 1: after model gpt-4 → claude-3-5-sonnet new requests use it, without a restart', async () => {
  await expect.poll(() => modelsAsked(0), SOON).toContain('gpt-4');
  const asked = openai.requests.length;
  await swap(config(gpt('claude-3-5-sonnet')));

  await program.until(/"msg":"Configuration hot-reloaded successfully"/);
  await expect.poll(() => modelsAsked(asked), SOON).toContain('claude-3-5-sonnet');
  expect(program.stdout()).toContain('llm.model: gpt-4 → claude-3-5-sonnet');
  expect(startsIn(program)).toBe(1);
});

test('scenario 2: invalid YAML is logged, the previous configuration stays, and nothing crashes', async () => {
  await swap('llm:\n  model: [\n');

  await program.until(/"msg":"Failed to apply new configuration - keeping previous"/);
  expect(program.stdout()).toMatch(/"hash":"[0-9a-f]{64}".*invalid YAML: /);
  const asked = openai.requests.length;
  await expect.poll(() => modelsAsked(asked), SOON).toContain('claude-3-5-sonnet');
  expect(await valueOf('holmesgpt_config_reload_errors_total')).toBe(1);
});

test('scenario 3: after provider openai → vertex_ai new requests go to Vertex, without a restart', async () => {
  expect(vertex.claude.messages).toEqual([]);
  await swap(config(`provider: vertex_ai, model: sonnet, endpoint: "${vertex.url}"`));

  await expect.poll(() => vertex.claude.messages.map(({ model }) => model), SOON).toContain('claude-sonnet-5-5');
  expect(vertex.violations).toEqual([]);
  expect(program.stdout()).toContain('llm.provider: openai → vertex_ai');
  expect(startsIn(program)).toBe(1);
});

test('scenario 4: after log_level INFO → DEBUG lines of that level appear, and are gone after the way back', async () => {
  const llm = `provider: vertex_ai, model: sonnet, endpoint: "${vertex.url}"`;
  expect(program.stdout()).not.toContain('"level":"debug"');
  await swap(config(llm, 'DEBUG'));
  await program.until(/"level":"debug"/);

  await swap(config(llm, 'INFO'));
  await expect.poll(() => program.stdout().includes('log_level: debug → info'), SOON).toBe(true);
  const [, after = ''] = program.stdout().split('log_level: debug → info');
  const asked = vertex.paths.length;
  await expect.poll(() => vertex.paths.length, SOON).toBeGreaterThan(asked);
  expect(after).not.toContain('"level":"debug"');
});

test('scenario 5: a reload logs the new hash and counts by exactly one', async () => {
  const before = await valueOf('holmesgpt_config_reload_total');
  const hashes = hashesIn(program).length;
  await swap(config(`${gpt('gpt-4')}, timeout_seconds: 30`));

  await expect.poll(() => hashesIn(program).length, SOON).toBe(hashes + 1);
  expect(await valueOf('holmesgpt_config_reload_total')).toBe(before + 1);
  const [hash = ''] = hashesIn(program).slice(-1);
  expect(await metrics()).toContain(`holmesgpt_config_hash{hash="${hash}"} 1`);
});

test('a restart with a broken file goes on with the one that was accepted last', async () => {
  program.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await swap('llm: [\n');
  const asked = openai.requests.length;
  await using again = startProgram({ arguments: ['run'], variables: variablesFor('data') });

  await again.until(/the version accepted at .* is in force/);
  await expect.poll(() => modelsAsked(asked), SOON).toContain('gpt-4');
});

test('a first start with a broken file ends with exit 78 and one message', async () => {
  const { exitCode, stderr } = await runProgram({
    arguments: ['run'],
    variables: variablesFor('data-of-a-first-start'),
  });

  expect(exitCode, stderr).toBe(78);
  expect(stderr).toMatch(/^k8s-monitor: CONFIG_INVALID: failed to start watcher: invalid YAML: .*config\.yaml:\d/m);
});

/** An agent may name a model of its own; whoever names none asks the one of the settings in force. */
function modelsAsked(from: number): readonly unknown[] {
  return openai.requests.slice(from).map(({ model }) => model);
}

function variablesFor(data: string): Readonly<Record<string, string>> {
  return {
    KUBECONFIG: join(directory, 'kubeconfig'),
    K8S_MONITOR_CLAUDE_DIR: DEFINITIONS,
    K8S_MONITOR_AGENTS_DIR: DEFINITIONS,
    K8S_MONITOR_CONFIG_DIR: volume.directory,
    K8S_MONITOR_DATA_DIR: join(directory, data),
    K8S_MONITOR_REPORTS_DIR: join(directory, `${data}-reports`),
    K8S_MONITOR_METRICS_PORT: '0',
    K8S_MONITOR_ALLOWED_ORIGINS: [openai.url, vertex.url].map((url) => new URL(url).origin).join(),
    OPENAI_API_KEY: openai.apiKey,
    ANTHROPIC_VERTEX_PROJECT_ID: GOOGLE.project,
    CLOUD_ML_REGION: GOOGLE.region,
    GCE_METADATA_HOST: vertex.metadataHost,
  };
}

function startsIn({ stdout }: Program): number {
  return stdout().split('"msg":"k8s-monitor started"').length - 1;
}

function hashesIn({ stdout }: Program): readonly string[] {
  const lines = stdout()
    .split('\n')
    .filter((line) => line.includes('"Configuration hot-reloaded successfully"'));
  return lines.map((line) => /"hash":"([0-9a-f]{64})"/.exec(line)?.[1] ?? '');
}

async function metrics(): Promise<string> {
  const [, port] = await program.until(/"metricsPort":(\d+)/);
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

async function valueOf(counter: string): Promise<number> {
  return Number(new RegExp(`^${counter} (\\d+)$`, 'm').exec(await metrics())?.[1]);
}
