import { expect, test } from 'vitest';
import { createRedactor } from '../../../src/redact.ts';
import { redactedJson } from '../../../src/tools/kubernetes/redact-object.ts';

test('a text that makes the masks break the JSON uncovers no field beside it', async () => {
  const object = {
    metadata: { annotations: { note: 'see https://hooks.slack.com/services/T0"' } },
    spec: { password: 'CANARY-1', nested: [{ client_secret: 'CANARY 2' }], replicas: 2 },
  };
  const [text = ''] = await redactedJson(
    [object],
    createRedactor(() => []),
    new AbortController().signal,
  );

  expect(text).not.toContain('CANARY');
  expect(JSON.parse(text)).toMatchObject({ spec: { replicas: 2 } });
});
