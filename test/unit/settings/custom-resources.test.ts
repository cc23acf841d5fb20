import { expect, test } from 'vitest';
import { customResourceCheck } from '../../../src/checks/custom-resource/custom-resource-check.ts';
import { projectCustomResource } from '../../../src/cluster/projection/custom-resource.ts';
import { customResourceName } from '../../../src/domain/custom-resource.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { iso, rawOf } from '../../builders/custom-resources.ts';
import { aSnapshot } from '../../builders/kubernetes.ts';
import { textOf } from '../../builders/markdown.ts';
import { run } from '../checks/run.ts';

const FILE = 'config.yaml';

function read(text: string) {
  return readSettings({
    configFile: FILE,
    required: false,
    readFile: (path) => (path === FILE ? text : undefined),
    cronProblem: () => undefined,
    allowedOrigins: [],
  });
}

const SMALLEST = `custom_resources:
  - kind: Widget
    group: example.com
    plural: widgets
    sick:
      - condition: Ready
        impact: error
`;

test('the smallest row: kind, group, plural, and one thing that is sick', () => {
  const { settings, warnings } = read(SMALLEST);

  expect(warnings).toEqual([]);
  expect(settings.customResources).toMatchObject([
    {
      id: 'widgets.example.com',
      origin: 'operator',
      namespaced: true,
      family: 'other',
      reason: 'ResourceNotReady',
      graceMs: 300_000,
      conditions: [{ at: 'status.conditions' }],
      rules: [{ when: [{ condition: 'Ready' }], impact: 'error' }],
      ownsWorkloads: true,
    },
  ]);
});

test('no word of it is no row', () => {
  expect(read('').settings.customResources).toEqual([]);
});

test('the example in docs/configuration.md is valid, and finds what it says', () => {
  const [, yaml = ''] = /```yaml\n(custom_resources:\n[\s\S]*?)```/.exec(textOf('docs/configuration.md')) ?? [];
  const { settings, warnings } = read(yaml);
  const [row] = settings.customResources;
  if (row === undefined) throw new Error('there is no example');
  const name = customResourceName(row);
  const project = projectCustomResource(row, 'v1', row.namespaced);
  const statesOf = (parts: Parameters<typeof rawOf>[1]) => {
    const snapshot = aSnapshot({}, { custom: new Map([[name, [project(rawOf(row, parts))]]]), read: [name] });
    return run(snapshot, { checks: [customResourceCheck(row)] }).findings.map(
      ({ impact, reason, title }) => `${impact} ${reason}: ${title}`,
    );
  };
  const conditions = [
    { type: 'Ready', status: 'False', reason: 'NoPrimary', message: 'no primary', lastTransitionTime: iso(9) },
  ];

  expect(warnings).toEqual([]);
  expect(statesOf({ status: { conditions } })).toEqual([
    'error ResourceNotReady: Ready is False (NoPrimary): no primary',
  ]);
  expect(statesOf({ status: { conditions }, spec: { paused: true } })).toEqual([]);
  expect(statesOf({ status: { phase: 'Restoring', phaseMessage: '80 %', phaseSince: iso(3 * 60) } })).toEqual([
    'warning ResourceNotReady: phase is Restoring: 80 %',
  ]);
  expect(statesOf({ status: { phase: 'Restoring', phaseSince: iso(60) } })).toEqual([]);
  expect(statesOf({ status: { phase: 'Running' } })).toEqual([]);
});

/** The smallest row with one line more, in front of `sick`. */
const with_ = (line: string): string => SMALLEST.replace('    sick:', `    ${line}\n    sick:`);
/** The smallest row with other sicknesses. */
const sick = (...lines: readonly string[]): string =>
  `${SMALLEST.slice(0, SMALLEST.indexOf('      - condition'))}${lines.map((line) => `      ${line}\n`).join('')}`;

test.each([
  [
    'a Secret',
    SMALLEST.replace('Widget', 'Secret'),
    'config.yaml:2:5: custom_resources.0.kind: Secrets are never read',
  ],
  ['secrets by their plural', SMALLEST.replace('widgets', 'secrets'), 'Secrets are never read'],
  [
    'the core group',
    SMALLEST.replace('example.com', '""'),
    'config.yaml:3:5: custom_resources.0.group: must be an API group',
  ],
  [
    'a built-in group',
    SMALLEST.replace('example.com', 'apps'),
    'config.yaml:3:5: custom_resources.0.group: must be an API group such as "example.com", not "apps"',
  ],
  [
    'a built-in group with a dot',
    SMALLEST.replace('example.com', 'storage.k8s.io'),
    'storage.k8s.io is a group of Kubernetes itself',
  ],
  [
    'nothing that is sick',
    'custom_resources:\n  - { kind: Widget, group: example.com, plural: widgets, sick: [] }\n',
    'custom_resources.0.sick',
  ],
  [
    'an impact that is none',
    SMALLEST.replace('impact: error', 'impact: bad'),
    'config.yaml:7:9: custom_resources.0.sick.0.impact',
  ],
  [
    'a sickness of nothing',
    sick('- impact: error'),
    'config.yaml:6:9: custom_resources.0.sick.0.condition: give either a condition or a field',
  ],
  [
    'both at once',
    sick('- condition: Ready', '  field: status.phase', '  is: [x]', '  impact: error'),
    'give either a condition or a field',
  ],
  [
    'a field and no value',
    sick('- field: status.phase', '  impact: error'),
    'config.yaml:6:9: custom_resources.0.sick.0.field: needs is, is_not or is_set',
  ],
  [
    'a status of a field',
    sick('- field: status.phase', '  is: [x]', '  status: ["True"]', '  impact: error'),
    'status and reasons belong to a condition',
  ],
  [
    'a value of a condition',
    sick('- condition: Ready', '  is: [x]', '  impact: error'),
    'is, is_not and is_set belong to a field',
  ],
  [
    'a path that is none',
    sick('- field: status..phase', '  is: [x]', '  impact: error'),
    'a path such as "status.phase"',
  ],
  [
    'a reason of another family',
    with_('reason: NodeNotReady'),
    'config.yaml:5:5: custom_resources.0.reason: must be a reason of the family other',
  ],
  [
    'a family without a reason',
    with_('family: certificate'),
    'must be a reason of the family certificate: CertificateNotReady',
  ],
  ['a grace without a unit', with_('grace: 5'), 'config.yaml:5:5: custom_resources.0.grace'],
  [
    'the same kind twice',
    `${SMALLEST}${SMALLEST.replace('custom_resources:\n', '')}`,
    'config.yaml:8:5: custom_resources.1.kind: Widget.example.com is there twice',
  ],
  [
    'too many rows',
    `custom_resources: [${Array.from({ length: 51 }, (_, n) => `{ kind: W${n}, group: a.b, plural: ws, sick: [{ condition: R, impact: info }] }`).join(', ')}]`,
    'custom_resources',
  ],
])('%s is refused, with its place', (_what, text, complaint) => {
  expect(() => read(text)).toThrowError(complaint);
});

test('an unknown key of a row is a warning with its line, and with the key that was meant', () => {
  expect(read(with_('gracee: 5m')).warnings).toEqual([
    {
      file: FILE,
      line: 5,
      column: 5,
      message: 'unknown key custom_resources.0.gracee is ignored; did you mean grace?',
    },
  ]);
});

test('values may be written as YAML has them', () => {
  const { settings } = read(sick('- field: spec.on', '  is: [true, 1, "x"]', '  impact: info'));

  expect(settings.customResources[0]?.rules[0]?.when).toEqual([{ field: 'spec.on', is: ['true', '1', 'x'] }]);
});
