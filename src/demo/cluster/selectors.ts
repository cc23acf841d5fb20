import type { KubernetesObject } from './objects.ts';
import { valueAt } from './tables.ts';

/** Field selectors that the API server accepts everywhere, and those it accepts on single kinds. */
const EVERYWHERE = ['metadata.name', 'metadata.namespace'];
const BY_KIND: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec.nodeName', 'status.phase', 'spec.restartPolicy'],
  Event: [
    'type',
    'reason',
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
  ],
};

type Test = (object: KubernetesObject) => boolean;

/** Understands `a=b`, `a==b` and `a!=b`; a string says why the server would refuse it. */
export function fieldSelector(text: string, kind: string): Test | string {
  const known = [...EVERYWHERE, ...(BY_KIND[kind] ?? [])];
  const tests: Test[] = [];
  for (const part of text.split(',').filter(Boolean)) {
    const [, field = '', operator = '', value = ''] = /^([^=!]+)(!=|==|=)(.*)$/.exec(part) ?? [];
    if (!known.includes(field)) return `field label not supported: ${field === '' ? part : field}`;
    tests.push((object) => ((valueAt(object, field) ?? '') === value) === (operator !== '!='));
  }
  return (object) => tests.every((test) => test(object));
}

/** Understands equality, `in`, `notin`, existence and its absence. */
export function labelSelector(text: string): Test | string {
  const tests: Test[] = [];
  for (const part of text
    .split(/,(?![^(]*\))/)
    .map((each) => each.trim())
    .filter(Boolean)) {
    const set = /^([^\s!=,()]+) (in|notin) \(([^)]*)\)$/.exec(part);
    const equality = /^([^\s!=]+?)\s*(!=|==|=)\s*([^\s]*)$/.exec(part);
    const existence = /^(!?)([^\s!=()]+)$/.exec(part);
    if (set !== null) {
      const [, key = '', operator, list = ''] = set;
      const values = list.split(',').map((value) => value.trim());
      tests.push(({ metadata }) => values.includes(metadata.labels[key] ?? '') === (operator === 'in'));
    } else if (equality !== null) {
      const [, key = '', operator, value] = equality;
      tests.push(({ metadata }) => (metadata.labels[key] === value) === (operator !== '!='));
    } else if (existence !== null) {
      const [, not, key = ''] = existence;
      tests.push(({ metadata }) => (metadata.labels[key] !== undefined) === (not === ''));
    } else {
      return `unable to parse requirement: ${part}`;
    }
  }
  return (object) => tests.every((test) => test(object));
}
