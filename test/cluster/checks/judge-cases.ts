import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import { namespacesOfLoosePods, podsToRead } from '../../../src/checks/pods-to-read.ts';
import { runChecks, type CheckOptions } from '../../../src/checks/run-checks.ts';
import { SHIPPED_ROWS } from '../../../src/checks/custom-resource/shipped-rows.ts';
import { snapshotKindNames } from '../../../src/cluster/kinds.ts';
import { loadClusterAccess } from '../../../src/cluster/kubeconfig.ts';
import { defaultReadSettings } from '../../../src/cluster/read.ts';
import { createClusterReader } from '../../../src/cluster/reader.ts';
import type { CheckRun } from '../../../src/domain/check.ts';
import { customResourceName } from '../../../src/domain/custom-resource.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { ObjectMeta } from '../../../src/domain/kubernetes/meta.ts';
import type { ObjectsByKind, Snapshot } from '../../../src/domain/snapshot.ts';
import { silentLog } from '../../../src/log.ts';
import { apply } from '../../control-plane/builders/apply.ts';
import type { KubeObject } from '../../control-plane/builders/kube-object.ts';
import { objectPath } from '../../control-plane/builders/resource-paths.ts';
import type { ControlPlane } from '../../control-plane/client.ts';
import { givenFor, objectsOf, type CheckCase, type ExpectedFinding } from './case.ts';

/** A case whose objects stand on the server. */
export interface Loaded {
  readonly checkCase: CheckCase;
  readonly namespace: string;
  /** The time of the judgement, Unix milliseconds. */
  readonly nowMs: number;
}

const LOADING_AT_ONCE = 6;
const NEVER = new AbortController().signal;

/** Makes every case's objects, each case in a namespace of its own. @throws {Error} naming the case whose objects the server refuses */
export async function loadCases(server: ControlPlane, cases: readonly CheckCase[]): Promise<readonly Loaded[]> {
  const limit = pLimit(LOADING_AT_ONCE);
  return Promise.all(
    cases.map((checkCase, index) =>
      limit(async () => {
        const namespace = `case-${String(index).padStart(3, '0')}`;
        // All of them take a minute or two to load.
        const nowMs = Date.now() + (checkCase.ageMinutes ?? 60) * 60_000;
        const objects = objectsOf(checkCase, givenFor(namespace, nowMs));
        try {
          await load(server, namespace, objects);
        } catch (error) {
          throw new Error(`the server refuses the objects of ${titleOf(checkCase)}: ${String(error)}`, {
            cause: error,
          });
        }
        return { checkCase, namespace, nowMs };
      }),
    ),
  );
}

/** `crash-loop, sick: exits at once` */
export function titleOf({ check, name, finds }: CheckCase): string {
  return `${check}, ${finds.length === 0 ? 'healthy' : 'sick'}: ${name}`;
}

/** The whole server through the product's own reader. */
export async function readServer(server: ControlPlane, token: string): Promise<Snapshot> {
  const kubeconfig = await server.kubeconfigFile({ token });
  await using reader = createClusterReader({
    access: loadClusterAccess({ explicitFile: kubeconfig, environment: {} }),
    cluster: () => ({ id: undefined, name: 'test' }),
    settings: () => defaultReadSettings,
    readableConfigMaps: () => [],
    now: Date.now,
    sleep: (durationMs, signal) => setTimeout(durationMs, undefined, { signal }),
    random: Math.random,
    onRequest: () => undefined,
    log: silentLog,
  });
  return await reader.takeSnapshot({
    kinds: [...snapshotKindNames(), ...SHIPPED_ROWS.map(customResourceName)],
    customResources: SHIPPED_ROWS,
    namespaces: {},
    signal: NEVER,
  });
}

/** The snapshot as a patrol takes it that read all pods when it began: without those that it need not read. */
export function patrolled(snapshot: Snapshot, { namespace, nowMs }: Loaded): Snapshot {
  const whole = onlyOf(snapshot, namespace);
  const loose = namespacesOfLoosePods(whole.objects);
  const wanted = podsToRead(whole, { nowMs, loose, open: new Set() });
  if (wanted === 'all') return whole;
  const Pod = whole.objects.Pod.filter(({ meta }) => wanted.has(meta.namespace));
  return { ...whole, objects: { ...whole.objects, Pod }, podNamespaces: wanted };
}

/** What all checks say of a case, as if nothing else were in the cluster. */
export function judge(
  snapshot: Snapshot,
  { checkCase, namespace, nowMs }: Loaded,
  over: Partial<CheckOptions> = {},
): CheckRun {
  return runChecks(onlyOf(snapshot, namespace), {
    nowMs,
    settings: () => ({}),
    due: 'all',
    lastKnownOwner: () => undefined,
    tierOf: ({ object }) => checkCase.tiers?.[object.name],
    redact: (text) => text,
    onError: (id, error) => {
      throw new Error(`check ${id} failed`, { cause: error });
    },
    ...over,
  });
}

/** Findings as a case writes them down, with as much of each as the expectation tells of. A symptom that hangs on its cause may be left out. */
export function compare(
  { checkCase, namespace, nowMs }: Loaded,
  { findings }: CheckRun,
): { readonly found: readonly unknown[]; readonly expected: readonly unknown[] } {
  const checkOf = new Map(findings.map(({ id, check }) => [id, check]));
  const inPlace = (text: string): string => text.replaceAll(namespace, '$');
  const described = findings.map((finding) => ({
    finding,
    key: `${finding.check} ${inPlace(nameOf(finding.object))}`,
  }));
  const left = [...described].toSorted((one, other) => one.key.localeCompare(other.key));
  const pairs = checkCase.finds.map((expected) => {
    const at = left.findIndex(({ finding }) => isMeant(expected, finding, inPlace));
    return { expected, finding: at === -1 ? undefined : left.splice(at, 1)[0]?.finding };
  });
  return {
    found: [
      ...pairs.map(({ expected, finding }) => finding && project(finding, expected)),
      ...left
        .filter(({ finding }) => finding.attachedTo === undefined)
        .map(({ finding }) => project(finding, { check: '', reason: '', object: '', owner: '' })),
    ],
    expected: pairs.map(({ expected }) => ({ attachedTo: undefined, ...expected, title: expected.title?.source })),
  };

  function project(finding: Finding, expected: ExpectedFinding): unknown {
    const { title } = expected;
    return {
      check: finding.check,
      reason: finding.reason,
      attachedTo: finding.attachedTo === undefined ? undefined : checkOf.get(finding.attachedTo),
      ...(expected.impact !== undefined && { impact: finding.impact }),
      ...(expected.object !== undefined && { object: inPlace(nameOf(finding.object)) }),
      ...(expected.owner !== undefined && { owner: inPlace(nameOf(finding.owner)) }),
      ...(expected.onsetMinutes !== undefined && {
        onsetMinutes: Math.round((nowMs - finding.onsetAtMs) / 60_000),
      }),
      title: title === undefined ? undefined : title.test(finding.title) ? title.source : finding.title,
    };
  }
}

function isMeant(expected: ExpectedFinding, finding: Finding, inPlace: (text: string) => string): boolean {
  return (
    expected.check === finding.check &&
    expected.reason === finding.reason &&
    (expected.object === undefined || expected.object === inPlace(nameOf(finding.object)))
  );
}

function nameOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
}

async function load(server: ControlPlane, namespace: string, objects: readonly KubeObject[]): Promise<void> {
  await server.adminRequest('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const whole = { objects: () => objects, healthy: () => whole };
  await apply(server, whole);
  // What waits for its finalizers, or for a kubelet, was deleted like anything else. Contents first: a dying namespace takes nothing new.
  for (const object of objects.toReversed()) {
    if (object.metadata['deletionTimestamp'] !== undefined) await server.adminRequest('DELETE', objectPath(object));
  }
}

const CASE = /case-\d{3}/;
const sorted = new WeakMap<Snapshot, ReadonlyMap<string, Record<string, unknown[]>>>();

/** The objects of one case's namespace, the cluster-wide ones that carry its name, and the events about those. */
function onlyOf(snapshot: Snapshot, namespace: string): Snapshot {
  const byCase = sorted.get(snapshot) ?? sortByCase(snapshot);
  sorted.set(snapshot, byCase);
  const none = Object.fromEntries(Object.keys(snapshot.objects).map((kind) => [kind, []]));
  const custom = [...snapshot.custom].map(([name, objects]) => {
    return [name, objects.filter(({ meta }) => (meta.namespace || meta.name).includes(namespace))] as const;
  });
  return {
    ...snapshot,
    objects: { ...none, ...byCase.get(namespace) } as unknown as ObjectsByKind,
    custom: new Map(custom),
  };
}

function sortByCase({ objects }: Snapshot): ReadonlyMap<string, Record<string, unknown[]>> {
  const byCase = new Map<string, Record<string, unknown[]>>();
  for (const [kind, ofKind] of Object.entries(objects)) {
    for (const object of ofKind as readonly {
      readonly meta: ObjectMeta;
      readonly involved?: { readonly name: string };
    }[]) {
      const { namespace, name } = object.meta;
      const [found = ''] =
        CASE.exec(namespace) ?? CASE.exec(object.involved?.name ?? (namespace === '' ? name : '')) ?? [];
      const ofCase = byCase.get(found) ?? {};
      byCase.set(found, ofCase);
      (ofCase[kind] ??= []).push(object);
    }
  }
  return byCase;
}
