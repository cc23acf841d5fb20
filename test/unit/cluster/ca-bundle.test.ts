import { expect, test } from 'vitest';
import { readCaBundle } from '../../../src/cluster/projection/ca-bundle.ts';
import { certificates } from '../../builders/certificates.ts';

const { until2020, until2030, until9999 } = certificates;
const broken = until9999.pem.replace('MII', 'AAA');

test.each<readonly [what: string, pem: string, expiresAtMs: number | undefined]>([
  ['one certificate', until2020.pem, until2020.expiresAtMs],
  ['several, the last to expire first', until2030.pem + until2020.pem, until2030.expiresAtMs],
  ['several, the last to expire last', until2020.pem + until2030.pem, until2030.expiresAtMs],
  ['one of the last year there is', until9999.pem, until9999.expiresAtMs],
  ['certificates with text around them', `# old\n${until2020.pem}# new\n${until2030.pem}`, until2030.expiresAtMs],
  ['lines that end as on Windows', until2030.pem.replaceAll('\n', '\r\n'), until2030.expiresAtMs],
  ['no newline at its end', until2030.pem.trimEnd(), until2030.expiresAtMs],
  ['one that can be read, and one that cannot', broken + until2020.pem, until2020.expiresAtMs],
  ['one that can be read, and one that breaks off', until2020.pem + until2030.pem.slice(0, 200), until2020.expiresAtMs],
  ['one that breaks off before the next begins', until2030.pem.slice(0, 200) + until2020.pem, until2020.expiresAtMs],
  ['one that cannot be read', broken, undefined],
  ['one that breaks off', until2030.pem.slice(0, 200), undefined],
  ['an empty certificate', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', undefined],
  ['something else in PEM', until2030.pem.replaceAll('CERTIFICATE', 'PUBLIC KEY'), undefined],
  ['words', 'größer', undefined],
  ['nothing', '', undefined],
])('a bundle of %s says the same as bytes, as base64, and when it comes again', (_, pem, expiresAtMs) => {
  const bytes = Buffer.from(pem);

  expect([
    readCaBundle(bytes).caExpiresAtMs,
    readCaBundle(bytes.toString('base64')).caExpiresAtMs,
    readCaBundle(bytes).caExpiresAtMs,
    readCaBundle(bytes.toString('base64')).caExpiresAtMs,
  ]).toEqual([expiresAtMs, expiresAtMs, expiresAtMs, expiresAtMs]);
});

test('the lifetime is that of the certificate which expires last', () => {
  const lifetimeMs = until2030.expiresAtMs - Date.parse('2020-01-01T00:00:00Z');

  expect(readCaBundle(Buffer.from(until2030.pem + until2020.pem)).caLifetimeMs).toBe(lifetimeMs);
});

test.each([undefined, null, 5, true, {}, [], '%%%', Buffer.from([0xff, 0x00, 0xfe])])('%j is no bundle', (bundle) => {
  expect(readCaBundle(bundle).caExpiresAtMs).toBeUndefined();
});

test('however many bundles there are, each is told apart', () => {
  const bundleOf = (index: number) => Buffer.from(`# ${index}\n${(index % 2 === 0 ? until2020 : until2030).pem}`);
  const indexes = Array.from({ length: 1_500 }, (_, index) => index);

  for (const round of [indexes, indexes.toReversed()]) {
    for (const index of round) {
      expect(readCaBundle(bundleOf(index)).caExpiresAtMs).toBe((index % 2 === 0 ? until2020 : until2030).expiresAtMs);
    }
  }
});

test('a megabyte of beginnings without an end takes no longer than a megabyte', () => {
  const bundle = Buffer.from('-----BEGIN CERTIFICATE-----\n'.repeat(36_000));

  const startedAtMs = performance.now();
  expect(readCaBundle(bundle).caExpiresAtMs).toBeUndefined();
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
