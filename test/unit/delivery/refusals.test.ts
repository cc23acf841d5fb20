import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { expect, test } from 'vitest';
import { translate } from '../../../src/delivery/slack/refusals.ts';

const refused = (error: string): Error => new WebAPIPlatformError({ ok: false, error });
const lost = (code: string): Error =>
  new WebAPIRequestError(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));

test.each([
  { name: 'connection refused', error: lost('ECONNREFUSED'), code: 'DELIVERY_UNAVAILABLE' },
  { name: 'no such host', error: lost('ENOTFOUND'), code: 'DELIVERY_UNAVAILABLE' },
  { name: 'connect timeout', error: lost('UND_ERR_CONNECT_TIMEOUT'), code: 'DELIVERY_UNAVAILABLE' },
  { name: 'bad certificate', error: lost('CERT_HAS_EXPIRED'), code: 'DELIVERY_UNAVAILABLE' },
  { name: 'reset', error: lost('ECONNRESET'), code: 'DELIVERY_AMBIGUOUS' },
  { name: 'closed socket', error: lost('UND_ERR_SOCKET'), code: 'DELIVERY_AMBIGUOUS' },
  {
    name: 'timeout',
    error: new WebAPIRequestError(new DOMException('late', 'TimeoutError')),
    code: 'DELIVERY_AMBIGUOUS',
  },
  { name: 'HTTP 500', error: new WebAPIHTTPError(500, '', {}), code: 'DELIVERY_AMBIGUOUS' },
  { name: 'HTTP 404', error: new WebAPIHTTPError(404, '', {}), code: 'DELIVERY_CONFIG' },
  { name: 'HTTP 413', error: new WebAPIHTTPError(413, '', {}), code: 'DELIVERY_CONTENT' },
  { name: '429', error: new WebAPIRateLimitedError(7), code: 'DELIVERY_RATE_LIMITED', retryAfterMs: 7000 },
  { name: 'ratelimited', error: refused('ratelimited'), code: 'DELIVERY_RATE_LIMITED', retryAfterMs: 30_000 },
  { name: 'internal_error', error: refused('internal_error'), code: 'DELIVERY_AMBIGUOUS' },
  { name: 'HTML with status 200', error: refused('<html>gateway</html>'), code: 'DELIVERY_AMBIGUOUS' },
  { name: 'invalid_auth', error: refused('invalid_auth'), code: 'DELIVERY_CONFIG', scope: 'token' },
  { name: 'token_revoked', error: refused('token_revoked'), code: 'DELIVERY_CONFIG', scope: 'token' },
  { name: 'missing_scope', error: refused('missing_scope'), code: 'DELIVERY_CONFIG', scope: 'token' },
  { name: 'channel_not_found', error: refused('channel_not_found'), code: 'DELIVERY_CONFIG', scope: 'channel' },
  { name: 'is_archived', error: refused('is_archived'), code: 'DELIVERY_CONFIG', scope: 'channel' },
  { name: 'a new word of Slack', error: refused('brand_new_refusal'), code: 'DELIVERY_CONFIG', scope: 'channel' },
  { name: 'invalid_blocks', error: refused('invalid_blocks'), code: 'DELIVERY_CONTENT' },
  { name: 'msg_too_long', error: refused('msg_too_long'), code: 'DELIVERY_CONTENT' },
  { name: 'a broken body', error: new SyntaxError('half'), code: 'DELIVERY_AMBIGUOUS' },
])('$name becomes $code', ({ error, code, scope, retryAfterMs }) => {
  expect(translate(error, '#alerts')).toMatchObject({
    code,
    ...(scope && { scope }),
    ...(retryAfterMs && { retryAfterMs }),
  });
});

test('nothing of the answer travels in the translated error', () => {
  const failure = translate(new WebAPIHTTPError(500, '', { 'set-cookie': 'canary' }, 'canary'), '#alerts');

  expect(failure.cause).toBeUndefined();
  expect(JSON.stringify(failure) + failure.message).not.toContain('canary');
});
