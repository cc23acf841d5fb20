import { expect, test } from 'vitest';
import { lostChecks } from '../../../src/wiring/lost-checks.ts';
import { settingsOf } from '../../builders/settings.ts';

/** Two kinds that the operator adds, one of them of the whole cluster, in a monitor of one namespace or of all. */
const config = (more: string): string => `
custom_resources:
  - { kind: Cell, group: example.com, plural: cells, namespaced: false, sick: [{ condition: Ready, impact: error }] }
  - { kind: Database, group: example.com, plural: databases, sick: [{ condition: Ready, impact: error }] }
${more}`;

test('a kind of the whole cluster is out of scope where namespaces are named, a built-in one and a custom one alike', () => {
  const { outOfScope } = lostChecks([], settingsOf({ 'config.yaml': config('namespaces: {include: [payments]}') }));

  expect(outOfScope).toContain('cells.example.com');
  expect(outOfScope).toContain('node-not-ready');
  // A cluster-wide kind of the shipped rows.
  expect(outOfScope).toContain('gateway-class');
  expect(outOfScope).not.toContain('databases.example.com');
});

test('nothing is out of scope of a monitor that reads the whole cluster', () => {
  expect(lostChecks([], settingsOf({ 'config.yaml': config('') })).outOfScope).toEqual([]);
});
