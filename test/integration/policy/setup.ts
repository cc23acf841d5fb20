import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '../../../src/log.ts';
import { createPolicies, type PolicyOptions } from '../../../src/policy/create-policies.ts';
import { createEvaluate, EVALUATION_LIMITS, type EvaluationLimits } from '../../../src/policy/evaluate.ts';
import { createCompile, type Compile, type PolicyFile } from '../../../src/policy/opa.ts';
import type { Assessment, PolicySubject, PolicySurroundings } from '../../../src/policy/policy.ts';
import { isPolicyFile } from '../../../src/policy/try-policies.ts';
import { createDirectoryReader } from '../../../src/reload/read-directory.ts';
import type { PoliciesDecided } from '../../../src/policy/verdicts.ts';
import { findOpa } from '../../builders/opa.ts';
import { publish } from '../reload/atomic-writer.ts';

export const opa = await findOpa();
export const NAMES = { environment: 'environment.rego', labels: 'labels.rego', priority: 'priority.rego' };
export const POLICIES = new URL('../../../policies/', import.meta.url);

export type Texts = Readonly<Record<string, string>>;

/** The shipped policies, without their tests. */
export async function shipped(changes: Texts = {}): Promise<Texts> {
  const names = (await readdir(POLICIES)).filter(isPolicyFile);
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, POLICIES), 'utf8')]));
  return { ...Object.fromEntries(texts), ...changes };
}

export function filesOf(texts: Texts): readonly PolicyFile[] {
  return Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
}

export function subject(
  changes: Partial<PolicySubject['finding']> = {},
  more: Partial<PolicySubject> = {},
): PolicySubject {
  return {
    finding: {
      object: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'api-1' },
      owner: { kind: 'Deployment', namespace: 'shop', name: 'api' },
      impact: 'critical',
      reason: 'CrashLoop',
      family: 'workload',
      labels: {},
      annotations: {},
      images: [],
      ...changes,
    },
    namespaceLabels: {},
    tier: undefined,
    ...more,
  };
}

export const NOWHERE: PolicySurroundings = { namespaces: [], environments: { namespaces: {} } };

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface PolicyBench extends AsyncDisposable {
  readonly directory: string;
  readonly policies: ReturnType<typeof createPolicies>;
  /** One swap of the mounted ConfigMap, as the kubelet does it. */
  readonly mount: (texts: Texts) => Promise<void>;
  /** Pins and judges. */
  readonly assess: (...subjects: readonly PolicySubject[]) => Promise<readonly Assessment[]>;
  readonly log: readonly LogLine[];
  readonly reloads: readonly string[];
  readonly decided: readonly PoliciesDecided[];
  readonly clock: { nowMs: number };
  readonly stored: { files: readonly PolicyFile[] };
}

/** The room of policies on a mounted directory, with the real `opa`. */
export async function policyBench(
  options: {
    readonly compile?: Compile;
    readonly limits?: Partial<EvaluationLimits>;
    readonly stored?: { files: readonly PolicyFile[] };
    readonly files?: Readonly<typeof NAMES>;
  } = {},
): Promise<PolicyBench> {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-policy-test-'));
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  const clock = { nowMs: Date.UTC(2026, 10, 21, 18) };
  const stored = options.stored ?? { files: [] };
  const reloads: string[] = [];
  const decided: PoliciesDecided[] = [];
  const settings: PolicyOptions['settings'] = () => ({ directory, files: options.files ?? NAMES });
  const policies = createPolicies({
    read: createDirectoryReader({ directory, accepts: isPolicyFile, maxFiles: 50, maxFileBytes: 1024 * 1024 }),
    settings,
    compile: options.compile ?? createCompile(opa ?? 'opa'),
    evaluate: createEvaluate({ ...EVALUATION_LIMITS, ...options.limits }),
    lastGood: {
      load: () => Promise.resolve(stored.files),
      save: (files) => {
        stored.files = files;
        return Promise.resolve();
      },
    },
    onReload: ({ result }) => void reloads.push(result),
    onDecided: (one) => void decided.push(one),
    now: () => clock.nowMs,
    log: createLogger({ level: 'info', sink, redact: (text) => text, now: () => clock.nowMs }),
  });
  return {
    directory,
    policies,
    mount: (texts) => publish(directory, texts),
    assess: async (...subjects) => {
      const { assess } = await policies.pin();
      return (await assess(subjects, NOWHERE)).map(({ assessment }) => assessment);
    },
    get log() {
      return lines.map((line): LogLine => JSON.parse(line));
    },
    reloads,
    decided,
    clock,
    stored,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
