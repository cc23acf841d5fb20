import type { Container, ContainerStatus, ContainerTermination, Pod } from '../../domain/kubernetes/pod.ts';
import {
  count,
  fields,
  flag,
  instant,
  isRaw,
  many,
  optionalFields,
  optionalFlag,
  quantities,
  text,
  textMap,
  type Raw,
} from './fields.ts';
import { projectConditions, projectMeta } from './meta.ts';

export function projectPod(object: Raw): Pod {
  const meta = projectMeta(object, true);
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const resources = fields(spec['resources'], 'spec.resources');
  return {
    meta,
    nodeName: text(spec['nodeName'], 'spec.nodeName'),
    serviceAccountName: text(spec['serviceAccountName'], 'spec.serviceAccountName'),
    restartPolicy: text(spec['restartPolicy'], 'spec.restartPolicy'),
    priorityClassName: text(spec['priorityClassName'], 'spec.priorityClassName'),
    schedulerName: text(spec['schedulerName'], 'spec.schedulerName'),
    schedulingGates: many(spec['schedulingGates'], 'spec.schedulingGates', (gate) =>
      text(gate['name'], 'schedulingGates.name'),
    ),
    nodeSelector: textMap(spec['nodeSelector'], 'spec.nodeSelector'),
    claimNames: projectClaimNames(spec, meta.name),
    requests: quantities(resources['requests'], 'spec.resources.requests'),
    limits: quantities(resources['limits'], 'spec.resources.limits'),
    initContainers: many(spec['initContainers'], 'spec.initContainers', projectContainer),
    containers: many(spec['containers'], 'spec.containers', projectContainer),
    phase: text(status['phase'], 'status.phase'),
    reason: text(status['reason'], 'status.reason'),
    message: text(status['message'], 'status.message'),
    startedAtMs: instant(status['startTime'], 'status.startTime'),
    conditions: projectConditions(status),
    initContainerStatuses: many(status['initContainerStatuses'], 'status.initContainerStatuses', projectStatus),
    containerStatuses: many(status['containerStatuses'], 'status.containerStatuses', projectStatus),
  };
}

export function projectContainer(container: Raw): Container {
  const resources = fields(container['resources'], 'resources');
  return {
    name: text(container['name'], 'containers.name'),
    image: text(container['image'], 'containers.image'),
    restartPolicy: text(container['restartPolicy'], 'containers.restartPolicy'),
    requests: quantities(resources['requests'], 'resources.requests'),
    limits: quantities(resources['limits'], 'resources.limits'),
    ports: many(container['ports'], 'containers.ports', (port) => ({
      name: text(port['name'], 'ports.name'),
      containerPort: count(port['containerPort'], 'ports.containerPort'),
      protocol: text(port['protocol'], 'ports.protocol'),
    })),
    hasStdin: flag(container['stdin'], 'containers.stdin'),
    hasReadinessProbe: isRaw(container['readinessProbe']),
    hasLivenessProbe: isRaw(container['livenessProbe']),
    hasStartupProbe: isRaw(container['startupProbe']),
  };
}

/**
 * The claims that a pod's volumes want, in their order.
 *
 * @param podName names the claims of ephemeral volumes (`POD-VOLUME`); a template has none, so they are left out there
 */
export function projectClaimNames(podSpec: Raw, podName?: string): readonly string[] {
  return many(podSpec['volumes'], 'spec.volumes', (volume) => {
    const claim = optionalFields(volume['persistentVolumeClaim'], 'volumes.persistentVolumeClaim');
    if (claim !== undefined) return text(claim['claimName'], 'persistentVolumeClaim.claimName');
    if (podName === undefined || !isRaw(volume['ephemeral'])) return '';
    return `${podName}-${text(volume['name'], 'volumes.name')}`;
  }).filter((name) => name !== '');
}

function projectStatus(status: Raw): ContainerStatus {
  const state = fields(status['state'], 'containerStatuses.state');
  const lastState = fields(status['lastState'], 'containerStatuses.lastState');
  const waiting = optionalFields(state['waiting'], 'state.waiting');
  const running = optionalFields(state['running'], 'state.running');
  return {
    name: text(status['name'], 'containerStatuses.name'),
    image: text(status['image'], 'containerStatuses.image'),
    ready: flag(status['ready'], 'containerStatuses.ready'),
    started: optionalFlag(status['started'], 'containerStatuses.started'),
    restartCount: count(status['restartCount'], 'containerStatuses.restartCount'),
    waiting: waiting && {
      reason: text(waiting['reason'], 'waiting.reason'),
      message: text(waiting['message'], 'waiting.message'),
    },
    running: running && { startedAtMs: instant(running['startedAt'], 'running.startedAt') },
    terminated: projectTermination(state['terminated']),
    lastTerminated: projectTermination(lastState['terminated']),
  };
}

function projectTermination(value: unknown): ContainerTermination | undefined {
  const terminated = optionalFields(value, 'terminated');
  return (
    terminated && {
      exitCode: count(terminated['exitCode'], 'terminated.exitCode'),
      signal: count(terminated['signal'], 'terminated.signal'),
      reason: text(terminated['reason'], 'terminated.reason'),
      message: text(terminated['message'], 'terminated.message'),
      startedAtMs: instant(terminated['startedAt'], 'terminated.startedAt'),
      finishedAtMs: instant(terminated['finishedAt'], 'terminated.finishedAt'),
    }
  );
}
