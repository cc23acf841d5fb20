import { anObject } from '../../../src/demo/cluster/objects.ts';
import type { SimulatedClusterOptions } from '../../../src/demo/cluster/server.ts';
import { stateAt } from '../../../src/demo/cluster/state.ts';
import { demoCycles, iso } from '../../../src/demo/cluster/timeline.ts';
import type { Cycle, Files, Live } from './live-monitor.ts';

/** Each hot field at its effect: what the next request or report is after the edit, and was before it. */
export interface HotField {
  readonly field: string;
  readonly after: Files | ((live: Live) => Files);
  readonly seen: (cycle: Cycle, live: Live) => unknown;
  readonly was: unknown;
  readonly is: unknown;
}

export const config = (text: string): Files => ({ 'config.yaml': text });
export const models = ({ claude }: Cycle): readonly string[] =>
  [...new Set(claude.map(({ model }) => model))].toSorted();
const tools = ({ claude }: Cycle, beginning: string): boolean =>
  claude.some((request) => request.tools?.some(({ name }) => name.startsWith(beginning)));
export const channels = ({ posts }: Cycle): readonly unknown[] => [
  ...new Set(posts.map(({ args }) => args['channel'])),
];
/** What agents are told of their tools. */
const offered = ({ claude }: Cycle): string => JSON.stringify(claude.map((request) => request.tools));
const inNamespace = ({ report }: Cycle, namespace: string): boolean =>
  report.findings.some(({ object }) => object.namespace === namespace);
const BASE = 'github: {repositories: [{repository: acme/deployments}]}';
export const UNCHANGED: Files = { ...config(BASE), 'environments.yaml': '# none', 'flags.json': '{}' };

/** By the path that docs/configuration.md has for the field. */
export const HOT_FIELDS: readonly HotField[] = [
  {
    field: 'slack.channels.monitor',
    after: { ...config('slack: {channels: {monitor: "#elsewhere"}}'), 'flags.json': '{"patrols": false}' },
    seen: channels,
    was: [],
    is: ['#elsewhere'],
  },
  {
    field: 'llm.model',
    after: config('llm: {model: opus}'),
    seen: models,
    was: ['claude-haiku-5-5', 'claude-sonnet-5-5'],
    is: ['claude-haiku-5-5', 'claude-opus-5-5'],
  },
  {
    field: 'llm.quiet_model',
    after: config('llm: {quiet_model: opus}'),
    seen: (cycle) => models(cycle).includes('claude-opus-5-5'),
    was: false,
    is: true,
  },
  {
    field: 'models',
    after: config('models: {haiku: claude-opus-5-5}'),
    seen: (cycle) => models(cycle).includes('claude-haiku-5-5'),
    was: true,
    is: false,
  },
  {
    field: 'llm.provider',
    after: config('llm: {provider: none}'),
    seen: ({ claudeRequests, report }) => [claudeRequests > 0, report.analysisMissing],
    was: [true, undefined],
    is: [false, 'no model provider is configured (llm.provider: none)'],
  },
  {
    field: 'llm.endpoint',
    after: ({ gateway }) => config(`llm: {endpoint: "${gateway.url}"}`),
    seen: ({ claude, gateway }) => [claude.length > 0, gateway.length > 0],
    was: [true, false],
    is: [false, true],
  },
  {
    field: 'llm.max_tokens_per_request',
    after: config('llm: {max_tokens_per_request: 1500}'),
    seen: ({ claude }) => Math.max(...claude.map(({ max_tokens: most }) => most)) <= 1_500,
    was: false,
    is: true,
  },
  {
    field: 'budget.per_cycle_usd',
    after: config('budget: {per_cycle_usd: 0}'),
    seen: ({ claudeRequests, report }) => [claudeRequests > 0, /budget/.test(report.analysisMissing ?? '')],
    was: [true, false],
    is: [false, true],
  },
  {
    field: 'budget.per_day_usd',
    after: config('budget: {per_day_usd: 0}'),
    seen: ({ claudeRequests, report }) => [claudeRequests > 0, /per_day_usd/.test(report.analysisMissing ?? '')],
    was: [true, false],
    is: [false, true],
  },
  {
    field: 'toolsets.kubernetes.enabled',
    after: config('toolsets: {kubernetes: {enabled: false}}'),
    seen: (cycle) => tools(cycle, 'k8s_'),
    was: true,
    is: false,
  },
  {
    field: 'toolsets.github.enabled',
    after: config(`toolsets: {github: {enabled: false}}\n${BASE}`),
    seen: (cycle) => tools(cycle, 'github_'),
    was: true,
    is: false,
  },
  {
    field: 'github.repositories',
    after: config('# none'),
    seen: (cycle) => tools(cycle, 'github_'),
    was: true,
    is: false,
  },
  {
    field: 'github.repositories[].repository',
    after: config('github: {repositories: [{repository: acme/elsewhere}]}'),
    seen: (cycle) => offered(cycle).includes('acme/elsewhere'),
    was: false,
    is: true,
  },
  {
    field: 'github.repositories[].services',
    after: config('github: {repositories: [{repository: acme/deployments, services: [payments/till]}]}'),
    seen: (cycle) => offered(cycle).includes('payments/till'),
    was: false,
    is: true,
  },
  {
    field: 'github.repositories[].paths',
    after: config('github: {repositories: [{repository: acme/deployments, paths: [apps/till]}]}'),
    seen: (cycle) => offered(cycle).includes('apps/till'),
    was: false,
    is: true,
  },
  {
    field: 'cluster_name',
    // With news for a card to be about.
    after: { ...config('cluster_name: west-2'), 'flags.json': '{"patrols": false}' },
    seen: ({ report, posts }) => [
      report.cluster.name,
      posts.map(({ args }) => /MONITOR · (\S+)/.exec(String(args['text']))?.[1]),
    ],
    was: ['kubernetes', []],
    is: ['west-2', ['west-2']],
  },
  {
    field: 'namespaces.exclude',
    after: config('namespaces: {exclude: [payments]}'),
    seen: (cycle) => inNamespace(cycle, 'payments'),
    was: true,
    is: false,
  },
  {
    field: 'namespaces.include',
    after: config('namespaces: {include: [payments]}'),
    seen: ({ report }) => new Set(report.findings.map(({ object }) => object.namespace)).size > 1,
    was: true,
    is: false,
  },
  {
    field: 'checks.<id>.enabled',
    after: config('checks: {crash-loop: {enabled: false}}'),
    seen: ({ report }) => report.checks.find(({ id }) => id === 'crash-loop')?.evaluated,
    was: 'yes',
    is: 'switched-off',
  },
  {
    field: 'checks.<id>.impact',
    after: config('checks: {crash-loop: {impact: info}}'),
    seen: ({ report }) => report.findings.some(({ check, impact }) => check === 'crash-loop' && impact === 'info'),
    was: false,
    is: true,
  },
  {
    field: 'checks.<id>.grace',
    after: config('checks: {crash-loop: {grace: 30d}}'),
    seen: ({ report }) => report.findings.some(({ check }) => check === 'crash-loop'),
    was: true,
    is: false,
  },
  {
    field: 'log_level',
    after: config('log_level: debug'),
    seen: ({ log }) => log.some(({ level }) => level === 'debug'),
    was: false,
    is: true,
  },
  {
    field: 'flags.json: model_calls',
    after: { 'flags.json': '{"model_calls": false}' },
    seen: ({ claudeRequests, report }) => [claudeRequests > 0, report.analysisMissing, report.switchedOff],
    was: [true, undefined, undefined],
    is: [false, 'calls of the model are switched off (model_calls in flags.json)', ['model_calls']],
  },
];

const CELLS = `custom_resources:
  - { kind: Cell, group: example.com, plural: cells, namespaced: false, sick: [{ condition: Ready, impact: error }] }
`;
/** Of a namespace that says nothing of its environment: SEV-3. */
const waiting = ({ report }: Cycle): unknown =>
  report.decisions.find(({ pass, reason }) => pass === 1 && reason === 'outside-hours')?.until;
const environmentOf = ({ report }: Cycle, kind: string): unknown =>
  report.findings.find(({ object }) => object.kind === kind)?.environment;
const asksForCells = ({ asked }: Cycle): boolean => asked.some((request) => request.includes('/apis/example.com/'));
const hours = (text: string): Files => config(`${CELLS}slack: {business_hours: ${text}}`);

/** In a cluster of {@link oddCluster}, where a SEV-3 waits and a cluster-wide object is sick. */
export const HOT_FIELDS_OF_ODD_CLUSTER: readonly HotField[] = [
  {
    field: 'custom_resources',
    after: config('# none'),
    seen: (cycle) => [asksForCells(cycle), environmentOf(cycle, 'Cell') !== undefined],
    was: [true, true],
    is: [false, false],
  },
  {
    field: 'environments.yaml: cluster',
    after: { 'environments.yaml': 'cluster: development' },
    seen: (cycle) => environmentOf(cycle, 'Cell'),
    was: 'production',
    is: 'development',
  },
  {
    field: 'environments.yaml: namespaces',
    after: { 'environments.yaml': 'namespaces: {"we?": staging}' },
    seen: (cycle) => environmentOf(cycle, 'Deployment'),
    was: 'unknown',
    is: 'staging',
  },
  {
    field: 'slack.business_hours.start',
    after: hours('{start: "10:00"}'),
    seen: waiting,
    was: '2026-11-23T09:00:00.000Z',
    is: '2026-11-23T10:00:00.000Z',
  },
  {
    field: 'slack.business_hours.days',
    after: hours('{days: [Wed]}'),
    seen: waiting,
    was: '2026-11-23T09:00:00.000Z',
    is: '2026-11-25T09:00:00.000Z',
  },
  {
    field: 'schedule.timezone',
    after: config(`${CELLS}schedule: {timezone: Asia/Tokyo}`),
    seen: waiting,
    was: '2026-11-23T09:00:00.000Z',
    is: '2026-11-23T00:00:00.000Z',
  },
  {
    field: 'slack.business_hours.end',
    after: hours('{days: [Sun], start: "00:00", end: "23:59"}'),
    seen: (cycle) => [waiting(cycle), channels(cycle).includes('#alerts')],
    was: ['2026-11-23T09:00:00.000Z', false],
    is: [undefined, true],
  },
];

export const ODD_BASE: Files = { ...config(CELLS), 'environments.yaml': '# none', 'flags.json': '{}' };

/** The demo's, with one namespace that does not say what it is for, and a kind of the operator's own. */
export const oddCluster: Pick<SimulatedClusterOptions, 'state' | 'customKinds'> = {
  customKinds: [
    {
      group: 'example.com',
      version: 'v1',
      kind: 'Cell',
      resource: 'cells',
      singular: 'cell',
      shortNames: [],
      namespaced: false,
    },
  ],
  state: (nowMs) => {
    const demo = stateAt(nowMs);
    const sinceMs = demoCycles[0].nowMs - 3_600_000;
    const cell = anObject(
      'example.com/v1',
      'Cell',
      { name: 'north', createdAtMs: sinceMs },
      {
        status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Down', lastTransitionTime: iso(sinceMs) }] },
      },
    );
    const objects = demo.objects
      .filter(({ metadata }) => metadata.namespace === undefined || metadata.namespace === 'web')
      .map((object) =>
        object.kind === 'Namespace' && object.metadata.name === 'web'
          ? { ...object, metadata: { ...object.metadata, labels: {} } }
          : object,
      );
    return { ...demo, objects: [...objects, cell] };
  },
};
