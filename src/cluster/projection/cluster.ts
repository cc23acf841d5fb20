import type { Event, Namespace, Node } from '../../domain/kubernetes/cluster.ts';
import { count, fields, flag, instant, many, quantities, text, type Raw } from './fields.ts';
import { projectConditions, projectMeta } from './meta.ts';

export function projectNode(object: Raw): Node {
  const spec = fields(object['spec'], 'spec');
  const status = fields(object['status'], 'status');
  const info = fields(status['nodeInfo'], 'status.nodeInfo');
  return {
    meta: projectMeta(object, false),
    unschedulable: flag(spec['unschedulable'], 'spec.unschedulable'),
    taints: many(spec['taints'], 'spec.taints', (taint) => ({
      key: text(taint['key'], 'taints.key'),
      value: text(taint['value'], 'taints.value'),
      effect: text(taint['effect'], 'taints.effect'),
      addedAtMs: instant(taint['timeAdded'], 'taints.timeAdded'),
    })),
    capacity: quantities(status['capacity'], 'status.capacity'),
    allocatable: quantities(status['allocatable'], 'status.allocatable'),
    kubeletVersion: text(info['kubeletVersion'], 'nodeInfo.kubeletVersion'),
    architecture: text(info['architecture'], 'nodeInfo.architecture'),
    conditions: projectConditions(status),
  };
}

export function projectNamespace(object: Raw): Namespace {
  const status = fields(object['status'], 'status');
  return {
    meta: projectMeta(object, false),
    phase: text(status['phase'], 'status.phase'),
    conditions: projectConditions(status),
  };
}

/** Both generations of events: the older counts in `count`, the newer in `series`. */
export function projectEvent(object: Raw): Event {
  const meta = projectMeta(object, true);
  const series = fields(object['series'], 'series');
  const involved = fields(object['involvedObject'], 'involvedObject');
  const component = text(fields(object['source'], 'source')['component'], 'source.component');
  const eventAtMs = instant(object['eventTime'], 'eventTime');
  const newest = [
    instant(object['lastTimestamp'], 'lastTimestamp'),
    instant(series['lastObservedTime'], 'series.lastObservedTime'),
    eventAtMs,
    meta.createdAtMs,
  ];
  return {
    meta,
    type: text(object['type'], 'type'),
    reason: text(object['reason'], 'reason'),
    message: text(object['message'], 'message'),
    // An event that exists happened once, also where the server counts nothing.
    count: Math.max(count(object['count'], 'count'), count(series['count'], 'series.count'), 1),
    firstAtMs: instant(object['firstTimestamp'], 'firstTimestamp') ?? eventAtMs,
    lastAtMs: Math.max(...newest.map((atMs) => atMs ?? 0)),
    source: component === '' ? text(object['reportingComponent'], 'reportingComponent') : component,
    involved: {
      apiVersion: text(involved['apiVersion'], 'involvedObject.apiVersion'),
      kind: text(involved['kind'], 'involvedObject.kind'),
      namespace: text(involved['namespace'], 'involvedObject.namespace'),
      name: text(involved['name'], 'involvedObject.name'),
      uid: text(involved['uid'], 'involvedObject.uid'),
      fieldPath: text(involved['fieldPath'], 'involvedObject.fieldPath'),
    },
  };
}
