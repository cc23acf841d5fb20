import type { Builder, KubeObject } from '../../control-plane/builders/kube-object.ts';
import { timeOf } from '../../control-plane/builders/kube-object.ts';
import { plain, type PlainObject } from '../../control-plane/builders/plain.ts';

/**
 * One state of a cluster that a check must see, or its nearest healthy twin that no check may mind.
 *
 * The objects stand on a real API server, each case in a namespace of its own; cluster-wide objects carry the namespace's name in theirs (`given.named('fast')`).
 * All checks judge them, as if nothing else were in the cluster, an hour after they were made unless the case says otherwise.
 */
export interface CheckCase {
  /** The check whose case it is. */
  readonly check: string;
  /** Continues "sick: " or "healthy: ". */
  readonly name: string;
  readonly objects: (given: Given) => readonly (Builder | PlainObject)[];
  /** Every finding that all checks together state and that stands by itself, and no other; symptoms may be listed too. Empty for a healthy twin. */
  readonly finds: readonly ExpectedFinding[];
  /** How long after the objects were made they are judged, in minutes; 60 unless told. The server alone sets creation times. */
  readonly ageMinutes?: number;
  /** Tiers that the SREs' text gives, by the name of the object. */
  readonly tiers?: Readonly<Record<string, 'P0' | 'P1'>>;
}

/** What is left out may be anything. `object` and `owner` are `Kind name`; `$` stands for the case's namespace. */
export interface ExpectedFinding {
  readonly check: string;
  readonly reason: string;
  readonly impact?: 'critical' | 'error' | 'warning' | 'info';
  readonly object?: string;
  readonly owner?: string;
  /** Minutes before the judgement. */
  readonly onsetMinutes?: number;
  readonly title?: RegExp;
  /** The check of the finding that it hangs on; without it the finding must stand by itself. */
  readonly attachedTo?: string;
}

/** What a case knows of the place and time where it will stand. */
export interface Given {
  readonly namespace: string;
  /** When it will be judged, Unix milliseconds: the `at` of builders. */
  readonly nowMs: number;
  /** RFC 3339, so many minutes before the judgement. */
  readonly ago: (minutes: number) => string;
  /** The name of a cluster-wide object, which no other case has. */
  readonly named: (name: string) => string;
}

export function givenFor(namespace: string, nowMs: number): Given {
  return {
    namespace,
    nowMs,
    ago: (minutes) => timeOf(nowMs - minutes * 60_000),
    named: (name) => `${name}-${namespace}`,
  };
}

/** The case's objects with all that a server would want to know. */
export function objectsOf({ objects }: CheckCase, given: Given): readonly KubeObject[] {
  return objects(given).flatMap((item) => (isBuilder(item) ? item : plain(item)).objects());
}

function isBuilder(item: Builder | PlainObject): item is Builder {
  return typeof item['objects'] === 'function';
}

export function isSick({ finds }: CheckCase): boolean {
  return finds.length > 0;
}
