import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOpenAiStandIn, type OpenAiStandIn } from '../../../src/demo/stand-ins/openai.ts';
import { MINUTE_MS } from '../../harness/hand-clock.ts';
import { config } from './hot-field-rows.ts';
import { startLive, type Files, type Live } from './live-monitor.ts';

/** The seeds' words. */
const REFUSED = 'Failed to apply new configuration - keeping previous';

/** Settings that a running monitor names and does not follow, and providers that it does not change to. */
describe('what is set at a start is named with its place, once, and nothing moves', () => {
  let live: Live;
  let knocks = 0;
  const stranger = createServer((_, response) => {
    knocks += 1;
    response.end('{}');
  });
  let elsewhere: { readonly port: number; readonly url: string };
  let clusterId: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    elsewhere = { port, url: `http://127.0.0.1:${port}` };
    live = await startLive({
      files: config('schedule: {agents: "0 0 29 2 *", patrol: "0 0 29 2 *"}'),
      app: { serve: true, watchMounts: {} },
    });
    clusterId = (await live.cycle()).report.cluster.id;
  });
  afterAll(async () => {
    await live[Symbol.asyncDispose]();
    stranger.close();
  });

  test.each([
    ['api_host', () => 'api_host: 127.0.0.2', 'the endpoints listen on every address'],
    ['api_port', () => `api_port: ${elsewhere.port}`, 'set K8S_MONITOR_METRICS_PORT'],
    ['auth_enabled', () => 'auth_enabled: true', 'there is nothing to sign in to'],
    ['kubernetes', () => `kubernetes: {host: "${elsewhere.url}", in_cluster: false}`, 'set KUBECONFIG'],
    ['DATA_STORAGE_URL', () => `DATA_STORAGE_URL: "${elsewhere.url}"`, 'set K8S_MONITOR_DATA_DIR'],
  ])('%s', async (field, line, remedy) => {
    const from = live.monitor.log.length;
    await live.write(config(`schedule: {agents: "0 0 29 2 *", patrol: "0 0 29 2 *"}\n${line()}`));
    live.clock.advance(MINUTE_MS);
    const { report, asked } = await live.cycle();
    await live.cycle();

    const said = live.monitor.log.slice(from).filter(({ level }) => level === 'warn');
    expect(said).toEqual([
      expect.objectContaining({
        msg: 'settings warning',
        line: 2,
        column: 1,
        message: expect.stringContaining(`${field} needs a restart and is not read from this file: ${remedy}`),
      }),
    ]);
    expect(report.cluster.id).toBe(clusterId);
    expect(asked.length).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${live.monitor.app.port}/healthz`)).status).toBe(200);
    expect(knocks).toBe(0);
  });
});

describe('a provider is changed only to one that can be asked', () => {
  let openai: OpenAiStandIn;
  let live: Live;
  const ours = (): Files => config(`llm: {provider: openai, model: gpt-6-mini, endpoint: "${openai.url}"}`);
  beforeAll(async () => {
    openai = await startOpenAiStandIn({ script: () => ({ text: 'I have nothing to add.' }) });
    live = await startLive({
      files: ours(),
      variables: {
        ANTHROPIC_API_KEY: '',
        OPENAI_API_KEY: openai.apiKey,
        K8S_MONITOR_ALLOWED_ORIGINS: new URL(openai.url).origin,
      },
      watched: true,
    });
    await live.cycle();
  });
  afterAll(async () => {
    await live[Symbol.asyncDispose]();
    await openai[Symbol.asyncDispose]();
  });

  test.each([
    ['anthropic', 'llm: {provider: anthropic}', 'put its key into the Secret as ANTHROPIC_API_KEY'],
    ['vertex_ai', 'llm: {provider: vertex_ai, model: sonnet}', 'set ANTHROPIC_VERTEX_PROJECT_ID'],
  ])('%s without its credentials is refused, and openai is asked on', async (provider, text, remedy) => {
    const [from, asked] = [live.monitor.log.length, openai.requests.length];
    await live.write(config(text));
    live.clock.advance(MINUTE_MS);
    await live.cycle();

    expect(live.monitor.log.slice(from).filter(({ msg }) => msg === REFUSED)).toEqual([
      expect.objectContaining({
        level: 'error',
        err: expect.objectContaining({
          message: expect.stringContaining(`config.yaml:1:7: llm.provider: ${provider} cannot be asked: ${remedy}`),
        }),
      }),
    ]);
    expect(openai.requests.length).toBeGreaterThan(asked);
    expect(live.claude.requests).toEqual([]);
  });

  test('nobody at all needs no credentials, and the way back needs those of openai', async () => {
    await live.write(config('llm: {provider: none}'));
    live.clock.advance(MINUTE_MS);
    const asked = openai.requests.length;
    expect((await live.cycle()).report.analysisMissing).toContain('llm.provider: none');
    expect(openai.requests).toHaveLength(asked);

    await live.write(ours());
    live.clock.advance(MINUTE_MS);
    await live.cycle();
    expect(openai.requests.length).toBeGreaterThan(asked);
  });
});
