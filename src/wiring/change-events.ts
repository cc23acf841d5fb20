import type { OwnEvent } from '../cluster/own-events.ts';
import type { FileVerdict } from '../domain/change.ts';

/** What is told on the monitor's own pod of files that were decided together: one event for what was taken, one for what was not. */
export function changeEvents(verdicts: readonly FileVerdict[]): readonly OwnEvent[] {
  const { accepted = [], rejected = [] } = Object.groupBy(verdicts, ({ outcome }) => outcome);
  const component = verdicts[0]?.component ?? '';
  return [
    ...(accepted.length === 0 ? [] : [reloaded(component, accepted)]),
    ...(rejected.length === 0 ? [] : [refused(component, rejected)]),
  ];
}

function reloaded(component: string, accepted: readonly FileVerdict[]): OwnEvent {
  const files = accepted.map((verdict) => `${verdict.file} (${stateOf(verdict)})`);
  const changes = accepted.flatMap((verdict) => verdict.changes);
  const widened = changes.filter(({ kind }) => kind === 'widened').map(({ words }) => words);
  const others = changes.filter(({ kind }) => kind !== 'widened').map(({ words }) => words);
  const what = [
    ...(widened.length === 0 ? [] : [`widened: ${widened.join('; ')}`]),
    ...(others.length === 0 ? [] : [others.join('; ')]),
  ];
  const message = [`${component} in force: ${files.join(', ')}`, ...what].join('. ');
  return { type: 'Normal', reason: 'ConfigReloaded', message };
}

function stateOf({ sha256Before, sha256After }: FileVerdict): string {
  return sha256After?.slice(0, 12) ?? (sha256Before === undefined ? 'no longer refused' : 'removed');
}

function refused(component: string, rejected: readonly FileVerdict[]): OwnEvent {
  const reasons = rejected.map(({ file, code, message }) => `${file}: ${code ?? 'refused'}: ${message ?? ''}`);
  const message = `${component} refused, what was in force stays: ${reasons.join('; ')}`;
  return { type: 'Warning', reason: 'ConfigRejected', message };
}
