import { expect, test } from 'vitest';
import { modelFor } from '../../../src/agents/choose-model.ts';

const models = { model: 'claude-sonnet-5-5', quietModel: 'claude-haiku-5-5' };

test.each([
  { role: 'analyzer', model: 'inherit', floors: ['SEV-1'], expected: 'claude-sonnet-5-5' },
  { role: 'correlator', model: 'inherit', floors: ['SEV-4', 'SEV-2'], expected: 'claude-sonnet-5-5' },
  { role: 'analyzer', model: 'inherit', floors: ['SEV-3'], expected: 'claude-haiku-5-5' },
  { role: 'analyzer', model: 'inherit', floors: [], expected: 'claude-haiku-5-5' },
  { role: 'escalation', model: 'inherit', floors: ['SEV-1'], expected: 'claude-haiku-5-5' },
  { role: 'notifier', model: 'inherit', floors: ['SEV-1'], expected: 'claude-haiku-5-5' },
  { role: 'notifier', model: 'claude-opus-5-5', floors: [], expected: 'claude-opus-5-5' },
] as const)('$role with $model at $floors: $expected', ({ role, model, floors, expected }) => {
  expect(
    modelFor(
      { role, model },
      floors.map((floor) => ({ floor })),
      models,
    ),
  ).toBe(expected);
});
