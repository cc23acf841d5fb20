import { createHash } from 'node:crypto';
import type { Owner } from '../domain/object-ref.ts';

/** What makes two findings the same problem: cluster, namespace, owner and family. Never a model's word, never the reason. */
export function fingerprint(clusterId: string, owner: Owner, family: string): string {
  const parts = [clusterId, owner.namespace, owner.kind, owner.name, family];
  // A separator that no Kubernetes name can hold keeps ("a", "bc") and ("ab", "c") apart.
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** `INC-20261121_180005-007`, UTC. `sequence` restarts every day; its thousandth of a day has four digits. */
export function incidentId(nowMs: number, sequence: number): string {
  const [day = '', time = ''] = new Date(nowMs).toISOString().slice(0, 19).split('T');
  return `INC-${day.replaceAll('-', '')}_${time.replaceAll(':', '')}-${String(sequence).padStart(3, '0')}`;
}

/** SHA-256 of a value of our own making: the order of its keys is the order in which we wrote them. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
