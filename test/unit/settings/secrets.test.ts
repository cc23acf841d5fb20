import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSecrets } from '../../../src/settings/secrets.ts';

test('a file is read at each use, and the rotated value stays known for redaction', () => {
  const files = new Map([['/token', 'first-token\n']]);
  const secrets = createSecrets({ SLACK_BOT_TOKEN_FILE: '/token' }, (path) => files.get(path) ?? '');
  const before = secrets.read.SLACK_BOT_TOKEN()?.reveal();
  files.set('/token', 'second-token\n');
  const after = secrets.read.SLACK_BOT_TOKEN()?.reveal();

  expect([before, after]).toEqual(['first-token', 'second-token']);
  expect(secrets.inUse().map((secret) => secret.reveal())).toEqual(['first-token', 'second-token']);
});

test('an unreadable file names variable, file and remedy', () => {
  const secrets = createSecrets({ GITHUB_TOKEN_FILE: '/gone' }, () => {
    throw new Error('ENOENT');
  });

  expect(() => secrets.read.GITHUB_TOKEN()).toThrow(/GITHUB_TOKEN_FILE points to \/gone.*mount the Secret/);
});

test('no printing shows a secret', () => {
  const secret = createSecrets({ GITHUB_TOKEN: 'ghp_canary' }, () => '').read.GITHUB_TOKEN();

  expect(
    [`${String(secret)}`, JSON.stringify({ secret }), inspect(secret, { depth: null, showHidden: true })].join(),
  ).not.toContain('canary');
});

test.each([undefined, '', '   '])('an unset or empty variable (%j) is no secret', (value) => {
  expect(createSecrets({ GITHUB_TOKEN: value }, () => '').read.GITHUB_TOKEN()).toBeUndefined();
});

test('of hourly tokens the newest are remembered, and one in use is never forgotten', () => {
  const secrets = createSecrets({ GITHUB_TOKEN: 'ghp_in_use' }, () => undefined);
  for (let hour = 0; hour < 5_000; hour += 1) {
    secrets.remember(`service-account-token-${hour}`);
    secrets.read.GITHUB_TOKEN();
  }
  const known = secrets.inUse().map((secret) => secret.reveal());

  expect(known).toHaveLength(64);
  expect(known).toContain('ghp_in_use');
  expect(known).toContain('service-account-token-4999');
});
