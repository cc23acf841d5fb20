import { ageText } from '../time-text.ts';
import { at, isObject, objectsAt, textAt } from './fields.ts';
import type { KubernetesObject } from './kind.ts';

/** State, last end, restarts and image of each container of a pod; nothing for other kinds. */
export function containerLines(pod: KubernetesObject, nowMs: number): readonly string[] {
  return ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((field) =>
    objectsAt(pod, 'status', field).map((status) => {
      const last = at(status, 'lastState', 'terminated');
      return [
        `${textAt(status, 'name')}${field === 'initContainerStatuses' ? ' (init)' : ''}: ${stateText(at(status, 'state'), nowMs)}`,
        textAt(status, 'ready') === 'true' ? 'ready' : 'not ready',
        `${textAt(status, 'restartCount') || 0} restarts`,
        last === undefined ? '' : `before: ${endText(last, nowMs)}`,
        `image ${textAt(status, 'image')}`,
      ]
        .filter((part) => part !== '')
        .join('; ');
    }),
  );
}

/** `Running, 1 of 2 ready, 7 restarts, CrashLoopBackOff`. */
export function podSummary(pod: KubernetesObject): string {
  const statuses = objectsAt(pod, 'status', 'containerStatuses');
  const ready = statuses.filter((status) => status['ready'] === true).length;
  const restarts = statuses.reduce((sum, status) => sum + Number(textAt(status, 'restartCount') || 0), 0);
  const reasons = new Set(
    [...objectsAt(pod, 'status', 'initContainerStatuses'), ...statuses].flatMap((status) => {
      const reason = textAt(status, 'state', 'waiting', 'reason') || textAt(status, 'state', 'terminated', 'reason');
      return reason === '' || reason === 'Completed' ? [] : [reason];
    }),
  );
  return [
    textAt(pod, 'status', 'phase'),
    `${ready} of ${objectsAt(pod, 'spec', 'containers').length} ready`,
    restarts === 0 ? '' : `${restarts} restarts`,
    textAt(pod, 'status', 'reason'),
    ...reasons,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function stateText(state: unknown, nowMs: number): string {
  if (!isObject(state)) return 'unknown';
  if (isObject(state['waiting'])) {
    const message = textAt(state, 'waiting', 'message').slice(0, 500);
    return `waiting, ${textAt(state, 'waiting', 'reason') || 'no reason'}${message === '' ? '' : ` (${message})`}`;
  }
  if (isObject(state['terminated'])) return endText(state['terminated'], nowMs);
  const started = Date.parse(textAt(state, 'running', 'startedAt'));
  return Number.isNaN(started) ? 'unknown' : `running for ${ageText(nowMs - started)}`;
}

function endText(terminated: unknown, nowMs: number): string {
  const ended = Date.parse(textAt(terminated, 'finishedAt'));
  const message = textAt(terminated, 'message').trim().slice(0, 500);
  return [
    `ended with ${textAt(terminated, 'reason') || 'no reason'}`,
    `exit code ${textAt(terminated, 'exitCode')}`,
    textAt(terminated, 'signal') === '' ? '' : `signal ${textAt(terminated, 'signal')}`,
    Number.isNaN(ended) ? '' : `${ageText(nowMs - ended)} ago`,
    message === '' ? '' : `message "${message}"`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
