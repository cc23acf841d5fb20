import { expect, test } from 'vitest';
import { startClaudeStandIn } from '../../../src/demo/stand-ins/claude.ts';
import { STOP_REASONS } from '../../../src/domain/model.ts';
import { aRequest, modelAgainst } from './setup.ts';

const TURN = {
  thinking: 'The pod restarts; its log should say why.',
  text: 'Let me look.',
  toolCalls: [
    { name: 'k8s_get', input: { kind: 'Pod', namespace: 'payments' } },
    { name: 'k8s_get', input: { kind: 'Event', namespace: 'payments' } },
  ],
};

test('a turn that is cut anywhere is a failure and never yields a tool call', async () => {
  let atByte = 0;
  let end: 'clean' | 'reset' = 'clean';
  await using claude = await startClaudeStandIn({
    script: () => (atByte < 0 ? TURN : { ...TURN, fault: { kind: 'cut', atByte, end } }),
  });
  const clock = { ms: 0 };
  const { call } = modelAgainst(claude, { now: () => clock.ms });
  const lengthBytes = 5_000;
  let failures = 0;
  let completeFrom: number | undefined;
  // A prime step walks over every kind of place: inside names, escapes, numbers, between events.
  for (atByte = 0; atByte < lengthBytes; atByte += 29) {
    for (end of ['clean', 'reset'] as const) {
      clock.ms += 700_000;
      const reply = await call(aRequest()).catch(() => undefined);
      if (reply === undefined) failures += 1;
      else completeFrom ??= atByte;
      expect(reply === undefined || atByte >= (completeFrom ?? 0)).toBe(true);
    }
  }
  expect(failures).toBeGreaterThan(100);
  // What came through was whole.
  atByte = -1;
  clock.ms += 700_000;
  const whole = await call(aRequest());
  expect(whole.blocks.filter((block) => block.type === 'tool-call')).toHaveLength(2);
  expect(completeFrom === undefined || completeFrom > 2_000).toBe(true);
});

test.each(STOP_REASONS.map((stopReason) => ({ stopReason })))(
  '$stopReason is handed on as it is',
  async ({ stopReason }) => {
    await using claude = await startClaudeStandIn({ script: [{ text: 'So far.', stopReason }] });
    const { call, calls } = modelAgainst(claude);
    await expect(call(aRequest())).resolves.toMatchObject({ stopReason });
    expect(calls).toMatchObject([{ status: 'ok', stopReason }]);
  },
);

test('an answer that hit its limit inside a tool call keeps the text and drops the half call', async () => {
  await using claude = await startClaudeStandIn({
    script: [{ ...TURN, stopReason: 'max_tokens', fault: { kind: 'bad-tool-json' } }],
  });
  const { call } = modelAgainst(claude);
  const reply = await call(aRequest());
  expect(reply.stopReason).toBe('max_tokens');
  expect(reply.blocks.map((block) => block.type)).toEqual(['opaque', 'text']);
});
