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

test.each([
  ['base64url', Buffer.from('s3cr3t/with"quote?~').toString('base64url')],
  ['hex', Buffer.from('s3cr3t/with"quote?~').toString('hex')],
])('a secret in use is masked in %s', (_name, form) => {
  expect(createRedactor(() => [new Secret('s3cr3t/with"quote?~')])(`x ${form} y`)).toBe('x [redacted] y');
});

test('a quoted credential is masked to its closing quote, blanks and all', () => {
  expect(redact('{"password":"my own CANARY phrase","port":5432}')).toBe('{"password":"[redacted]","port":5432}');
  expect(redact(String.raw`"{\"secret\":\"my own CANARY phrase\",\"a\":1}"`)).not.toContain('CANARY');
});

test('a private key that was cut takes no line, quote or mark of ours with it', () => {
  const key = '-----BEGIN RSA PRIVATE KEY-----';
  expect(redact(`{"msg":"${key}\\nCANARY"}\n{"msg":"next"}`)).toBe('{"msg":"[redacted]"}\n{"msg":"next"}');
  expect(redact(`<data-x>\n${key}\nCANARY\n</data-x>\nReport now.`)).toContain('</data-x>\nReport now.');
  expect(redact(`${key}\nCANARY\n${key}\nCANARY\n-----END RSA PRIVATE KEY-----`)).not.toContain('CANARY');
});

test.each([
  ['one long word', 'a'],
  ['words with full stops and dashes', 'a.b-'],
  ['beginnings of a JWT', 'eyJ-'],
  ['beginnings of a JWT with a full stop', 'eyJaaaaaaaa.'],
  ['blanks', ' '],
  ['beginnings of a key', '-----BEGIN PRIVATE KEY-----!'],
  ['dashes', '-'],
  ['credentials without a value', 'password:   '],
  ['beginnings of an address', '://a:b'],
])('a megabyte of %s costs no more than a thousandfold of a kilobyte', (_name, unit) => {
  const prefixes = ['', 'authorization:', 'password="', '-----BEGIN PRIVATE KEY-----'];
  const text = prefixes.map((prefix) => prefix + unit.repeat(262_144 / unit.length)).join('\n');
  // The quadratic ones took minutes; the runner's own deadline is what fails them.
  expect(redact(text).length).toBeGreaterThan(0);
});
