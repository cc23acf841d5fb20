import type { CheckedFinding } from '../../domain/check.ts';
import type { Node } from '../../domain/kubernetes/cluster.ts';
import { about, earliest } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { quoteCondition } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import type { View } from '../view.ts';

/** Only Kubernetes' own: a condition that somebody else defined may well be True when all is fine. */
const PRESSURES: Readonly<Record<string, string>> = {
  MemoryPressure: 'memory',
  DiskPressure: 'disk',
  PIDPressure: 'process id',
};

export const nodePressure: Check = {
  id: 'node-pressure',
  family: 'node',
  sees: 'Nodes under memory, disk or process id pressure: they evict pods. Not: conditions that others define (node-problem).',
  cannotSee: 'Memory or disk that is nearly used up, pressure that came and went between two cycles.',
  needs: ['Node'],
  uses: [],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => view.objects.Node.flatMap((node) => underPressure(view, node) ?? []),
};

function underPressure(view: View, node: Node): CheckedFinding | undefined {
  const { meta, conditions } = node;
  const pressures = conditions.filter(({ type, status }) => Object.hasOwn(PRESSURES, type) && status === 'True');
  if (meta.deletedAtMs !== undefined || pressures.length === 0) return undefined;
  return {
    ...about(view, 'Node', 'v1', meta),
    family: 'node',
    reason: 'NodePressure',
    impact: 'warning',
    title: `node is under ${pressures.map(({ type }) => PRESSURES[type] ?? type).join(' and ')} pressure`,
    onsetAtMs: earliest(...pressures.map(({ changedAtMs }) => changedAtMs)) ?? meta.createdAtMs,
    evidence: pressures.map((pressure) => quoteCondition('Node', meta, pressure)),
    nextSteps: [describeObject('node', meta), `kubectl top node ${meta.name}`],
  };
}
