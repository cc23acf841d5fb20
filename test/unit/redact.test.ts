import { expect, test } from 'vitest';
import { createRedactor } from '../../src/redact.ts';
import { Secret } from '../../src/secret.ts';

const redact = createRedactor(() => [new Secret('s3cr3t/with"quote')]);

test.each([
  ['a secret in use', 'token is s3cr3t/with"quote here'],
  ['the same inside JSON', JSON.stringify({ a: 's3cr3t/with"quote' })],
  ['the same in a URL', `https://x/?t=${encodeURIComponent('s3cr3t/with"quote')}`],
  ['the same in base64', Buffer.from('s3cr3t/with"quote').toString('base64')],
])('%s is masked', (_name, text) => {
  expect(redact(text)).toContain('[redacted]');
  expect(redact(text)).not.toMatch(/s3cr3t|czNjcjN0/);
});

test.each([
  ['an Anthropic key', 'sk-ant-api03-CANARYCANARYCANARY'],
  ['a Slack token', 'xoxb-12345-CANARYCANARY'],
  ['a GitHub token', 'ghp_CANARYCANARYCANARYCANARYCANARY'],
  ['a fine-grained GitHub token', 'github_pat_CANARYCANARYCANARYCANARY'],
  ['an AWS key id', 'AKIACANARYCANARYCANA'],
  ['a JWT', 'eyJCANARYCANARY.eyJCANARYCANARY.CANARYsig'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nCANARY\nCANARY\n-----END RSA PRIVATE KEY-----'],
  ['a private key that was cut', '-----BEGIN PRIVATE KEY-----\nCANARY'],
  ['a password in a URL', 'postgres://admin:CANARY@db:5432/x'],
  ['an Authorization header', 'Authorization: Bearer CANARYCANARY'],
  ['an environment listing', 'DB_PASSWORD=CANARY1234'],
  ['a JSON field', '{"api_key": "CANARY1234"}'],
  ['an escaped JSON field', String.raw`"{\"client_secret\":\"CANARY1234\"}"`],
  ['a Slack webhook', 'https://hooks.slack.com/services/T0/B0/CANARY'],
])('%s is masked wherever it stands', (_name, text) => {
  const clean = redact(`before ${text} after`);
  expect(clean).not.toContain('CANARY');
  expect(redact(clean), 'a second pass changes nothing').toBe(clean);
});

test.each([
  'Back-off restarting failed container api in pod api-7d9f-x2x9x',
  'secret "db-credentials" not found',
  'MountVolume.SetUp failed for volume "token": configmap "x" not found',
  'password authentication failed for user "ledger"',
  'task-force risk-assessment sk-short',
  'http://user@host/path and https://example.com:8443/x',
  'https://github.com/acme/deployments/pull/123',
])('ordinary words stay: %s', (text) => {
  expect(redact(text)).toBe(text);
});

test('a rotated secret is masked from its first use on, and short ones do not mask words', () => {
  const inUse = [new Secret('first-token')];
  const live = createRedactor(() => inUse);
  inUse.push(new Secret('second-token'), new Secret('api'));

  expect(live('first-token second-token api')).toBe('[redacted] [redacted] api');
});
