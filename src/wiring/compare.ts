import type { CycleSteps } from '../cycle/steps.ts';
import { unmatchedServices } from '../definitions/matching.ts';
import type { Named } from '../definitions/target.ts';
import type { DefinitionWarning } from '../domain/definitions.ts';
import type { KindName, Snapshot } from '../domain/snapshot.ts';
import type { Logger } from '../log.ts';

/** A service may be any of these; without all of them "not there" cannot be told from "not seen". */
const SERVICE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'Pod',
  'Service',
  'Node',
] as const satisfies readonly KindName[];

/**
 * Builds the step that holds the tiers of `CLAUDE.md` against the cluster: a P0 or P1 name that nothing answers to is deleted or misspelt.
 * Told in the report at every whole read, in the log once for each set of names.
 */
export function createCompare(log: Logger): CycleSteps['compare'] {
  let said = '';
  return (definitions, snapshot, due) => {
    if (due !== 'all' || !sawEverything(snapshot)) return [];
    const warnings = unmatchedServices(definitions, namedIn(snapshot)).map(
      ({ file, line, tier, namespace, name }): DefinitionWarning => ({
        file,
        line,
        code: 'service-not-found',
        outcome: 'accepted',
        message: `${tier} service ${namespace === '' ? name : `${namespace}/${name}`} matches nothing in the cluster: is it deleted, or misspelt?`,
      }),
    );
    const words = warnings.map(({ message }) => message).join('\n');
    if (words !== said && words !== '') {
      log.info('services of CLAUDE.md are not in the cluster', { services: warnings.map(({ message }) => message) });
    }
    said = words;
    return warnings;
  };
}

function sawEverything({ read, gaps, includedNamespaces, excludedNamespaces }: Snapshot): boolean {
  if (includedNamespaces !== undefined || excludedNamespaces.length > 0) return false;
  return SERVICE_KINDS.every((kind) => read.includes(kind) && !gaps.some(({ resource }) => resource === kind));
}

function namedIn({ objects }: Snapshot): readonly Named[] {
  return SERVICE_KINDS.flatMap((kind) =>
    objects[kind].map(({ meta: { namespace, name, labels } }) => ({
      object: { apiVersion: '', kind, namespace, name },
      owner: { kind, namespace, name },
      labels,
      serviceNames: [],
    })),
  );
}
