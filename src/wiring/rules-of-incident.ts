import { channelFor, contactRulesFor, tierEntryOf } from '../definitions/matching.ts';
import type { Definitions, Passage } from '../domain/definitions.ts';
import type { Incident } from '../domain/incident.ts';
import type { DecidingSettings } from '../domain/replay.ts';
import type { Severity } from '../domain/severity.ts';

/** The passages that speak about an incident, by what they decide. */
export interface RulesOfIncident {
  readonly tier: readonly Passage[];
  readonly channel: readonly Passage[];
  readonly contacts: readonly Passage[];
}

export function rulesFor(
  incident: Pick<Incident, 'findings'>,
  severity: Severity,
  definitions: Definitions,
  { allowedChannels }: DecidingSettings,
): RulesOfIncident {
  const { findings } = incident;
  const present = <Rule extends Passage>(rules: readonly (Rule | undefined)[]): readonly Passage[] => {
    const found = rules.flatMap((rule) =>
      rule === undefined ? [] : [{ file: rule.file, line: rule.line, text: rule.text }],
    );
    return [...new Map(found.map((rule) => [`${rule.file}:${rule.line}`, rule])).values()];
  };
  return {
    tier: present(findings.map((finding) => tierEntryOf(finding, definitions))),
    channel: present(findings.map((finding) => channelFor(severity, finding, definitions, allowedChannels))).slice(
      0,
      1,
    ),
    contacts: present(findings.flatMap((finding) => contactRulesFor(severity, finding, definitions))),
  };
}
