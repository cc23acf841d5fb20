import type { CycleSteps } from '../cycle/steps.ts';
import { unallowedChannels, unmatchedIssues, unmatchedServices } from '../definitions/matching.ts';
import type { Named } from '../definitions/target.ts';
import type { Definitions, DefinitionWarning } from '../domain/definitions.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import { isBuiltIn, type KindName, type Snapshot } from '../domain/snapshot.ts';
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

/** Whether the warnings of a cycle are from {@link createCompare}. */
export function isMissingName({ code }: DefinitionWarning): boolean {
  return code === 'service-not-found' || code === 'known-issue-not-found';
}

/**
 * Builds the step that holds the tiers of `CLAUDE.md` against the cluster: a P0 or P1 name, or a known issue's, that nothing answers to is
 * deleted or misspelt. Told in the report and on a grey card at every whole read, in the log once for each revision and set of names. Beside it the
 * channels that it names and the settings do not allow.
 *
 * @param allowedChannels those of the settings in force
 */
export function createCompare(log: Logger, allowedChannels: () => readonly string[]): CycleSteps['compare'] {
  const compareNames = createCompareNames(log);
  let said = '';
  return (definitions, snapshot, due) => {
    if (due !== 'all') return [];
    const outside = channelWarnings(definitions, allowedChannels());
    const words = [definitions.revision, ...outside.map(({ message }) => message)].join('\n');
    if (words !== said && outside.length > 0) {
      log.warn('channels of the text are not allowed', {
        channels: outside.map(({ file, line, message }) => `${file}:${line ?? 1}: ${message}`),
      });
    }
    said = words;
    return [...compareNames(definitions, snapshot, due), ...outside];
  };
}

/** What is said of channels that the text names and the settings do not allow. */
export function channelWarnings(
  definitions: Pick<Definitions, 'channels'>,
  allowedChannels: readonly string[],
): readonly DefinitionWarning[] {
  return unallowedChannels(definitions, allowedChannels).map(({ file, line, channel }) => ({
    file,
    line,
    code: 'channel-not-allowed',
    outcome: 'accepted',
    message: `${channel} is not among slack.allowed_channels, so nothing goes there; add it in config.yaml and invite the app`,
  }));
}

function createCompareNames(log: Logger): CycleSteps['compare'] {
  let said = '';
  return (definitions, snapshot, due) => {
    if (due !== 'all' || !sawEverything(snapshot)) return [];
    const objects = namedIn(snapshot);
    const warnings = [
      ...unmatchedServices(definitions, objects).map(({ file, line, tier, namespace, name }): DefinitionWarning => {
        const message = `${tier} service ${nameOf({ namespace, name })} matches nothing in the cluster: is it deleted, or misspelt?`;
        return { file, line, code: 'service-not-found', outcome: 'accepted', message };
      }),
      ...unmatchedIssues(definitions, everythingIn(snapshot)).map(({ file, line, names }): DefinitionWarning => {
        const message = `the known issue of ${names.map(nameOf).join(', ')} matches nothing in the cluster: is it deleted, or misspelt?`;
        return { file, line, code: 'known-issue-not-found', outcome: 'accepted', message };
      }),
    ];
    // News when the text or what is missing changes, not at each cycle.
    const words = [definitions.revision, ...warnings.map(({ message }) => message)].join('\n');
    if (words !== said && warnings.length > 0) {
      log.info('services of CLAUDE.md are not in the cluster', { services: warnings.map(({ message }) => message) });
    }
    said = words;
    return warnings;
  };
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Without all of them, a name that nothing answers to may be one that was not looked at. */
export function sawEverything({ read, gaps, includedNamespaces, excludedNamespaces }: Snapshot): boolean {
  if (includedNamespaces !== undefined || excludedNamespaces.length > 0) return false;
  return SERVICE_KINDS.every((kind) => read.includes(kind) && !gaps.some(({ resource }) => resource === kind));
}

function namedIn({ objects }: Snapshot): readonly Named[] {
  return SERVICE_KINDS.flatMap((kind) => objects[kind].map(({ meta }) => named(kind, meta)));
}

/** A known issue may be about a claim or an autoscaler too. */
function everythingIn({ objects, read }: Snapshot): readonly Named[] {
  return read.filter(isBuiltIn).flatMap((kind) => objects[kind].map(({ meta }) => named(kind, meta)));
}

function named(kind: string, { namespace, name, labels }: ObjectMeta): Named {
  return {
    object: { apiVersion: '', kind, namespace, name },
    owner: { kind, namespace, name },
    labels,
    serviceNames: [],
  };
}
