import { channelFor, contactsFor } from '../definitions/matching.ts';
import type { Definitions } from '../domain/definitions.ts';
import type { AssessedFinding } from '../domain/finding.ts';
import type { DecidingSettings, Scope } from '../domain/replay.ts';
import type { DecisionInput } from '../incidents/input.ts';
import type { Settings } from '../settings/settings.ts';
import { permitsBy } from './permits.ts';

/** What the cycle's files and settings make of the functions that a decision asks; the rest is handed through. */
export function decisionInputOf(
  parts: Omit<
    DecisionInput,
    'clusterName' | 'revision' | 'inScope' | 'permits' | 'channelFor' | 'contactsFor' | 'businessHours' | 'flags'
  > & {
    readonly scope: Scope;
    readonly settings: DecidingSettings;
    /** Those that the agents were given. */
    readonly given: Definitions;
    /** Those now in force: a passage that was quoted must stand in them too. */
    readonly inForce: Definitions;
  },
): DecisionInput {
  const { scope, settings, given, inForce, ...rest } = parts;
  const { channels, allowedChannels } = settings;
  const { included, excluded } = scope;
  return {
    ...rest,
    clusterName: settings.clusterName,
    revision: given.revision,
    inScope: (namespace) =>
      namespace === ''
        ? included === undefined
        : (included === undefined || included.includes(namespace)) && !excluded.includes(namespace),
    permits: permitsBy(given, inForce, settings.zone, parts.nowMs),
    channelFor: (severity, incident, proposed) =>
      allowed(proposed, allowedChannels) ??
      byFindings(incident.findings, (finding) => channelFor(severity, finding, given, allowedChannels)?.channel) ??
      channels[severity],
    contactsFor: (severity, incident) => [
      ...new Set(incident.findings.flatMap((finding) => contactsFor(severity, finding, given))),
    ],
    businessHours: settings.businessHours,
    flags: { notifications: true, modelCalls: true },
  };
}

export function decidingSettingsOf({ clusterName, schedule, slack, environments }: Settings): DecidingSettings {
  const { 'SEV-1': sev1, 'SEV-2': sev2, 'SEV-3': sev3, 'SEV-4': sev4 } = slack.channels;
  return {
    clusterName,
    zone: schedule.zone,
    channels: { 'SEV-1': sev1, 'SEV-2': sev2, 'SEV-3': sev3, 'SEV-4': sev4 },
    allowedChannels: slack.allowedChannels,
    businessHours: slack.businessHours,
    environments,
  };
}

function allowed(channel: string | undefined, list: readonly string[]): string | undefined {
  const bare = (name: string): string => name.replace(/^#/, '');
  return channel === undefined ? undefined : list.find((candidate) => bare(candidate) === bare(channel));
}

function byFindings(
  findings: readonly AssessedFinding[],
  pick: (finding: AssessedFinding) => string | undefined,
): string | undefined {
  return findings.map(pick).find((channel) => channel !== undefined);
}
