import type { Event } from '../domain/kubernetes/cluster.ts';
import type { Condition, ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { ContainerTermination } from '../domain/kubernetes/pod.ts';
import type { EvidenceQuote } from '../domain/evidence.ts';
import { nameOf } from '../domain/object-ref.ts';

/** Cluster text may be of any length; more than this helps nobody on a card. */
const MAX_QUOTE = 600;
const MAX_CLAUSE = 200;

/** Evidence from a field of an object; the runner numbers it. */
export function quoteField(kind: string, meta: ObjectMeta, path: string, quote: string, atMs?: number): EvidenceQuote {
  const source = `${nameOf({ kind, namespace: meta.namespace, name: meta.name })} ${path}`;
  return { id: '', source, quote: cut(quote, MAX_QUOTE), ...(atMs !== undefined && { atMs }) };
}

export function quoteCondition(kind: string, meta: ObjectMeta, condition: Condition): EvidenceQuote {
  const { type, status, reason, message, changedAtMs } = condition;
  return quoteField(kind, meta, `status.conditions[${type}]`, fields({ status, reason, message }), changedAtMs);
}

export function quoteEvent(event: Event): EvidenceQuote {
  const { involved, reason, message, count, lastAtMs } = event;
  return {
    id: '',
    source: `Event ${reason} of ${nameOf(involved)}${count > 1 ? ` (${String(count)} times)` : ''}`,
    quote: cut(message, MAX_QUOTE),
    atMs: lastAtMs,
  };
}

/** `exitCode: 137, reason: OOMKilled`: the fields that are set, as they stand in the object. */
export function fields(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .filter(([key, value]) => value !== '' && !(key === 'signal' && value === 0))
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ');
}

export function terminationFields({ exitCode, signal, reason, message }: ContainerTermination): string {
  return fields({ exitCode, signal, reason, message });
}

/** A message as part of a title: one line, without its closing full stop, not too long. */
export function clause(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length <= MAX_CLAUSE ? line.replace(/\.$/, '') : `${cut(line, MAX_CLAUSE - 1)}…`;
}

/** Never through the middle of a character. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
