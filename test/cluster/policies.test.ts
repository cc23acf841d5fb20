import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ControlPlane } from '../control-plane/client.ts';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { mountVolume } from '../control-plane/mounted-volume.ts';
import { handClock, HOUR_MS, MINUTE_MS, type HandClock } from '../harness/hand-clock.ts';
import { shippedDefinitions } from '../harness/shipped-definitions.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { wordsOf } from '../harness/slack-view.ts';
import { watchNamespace, type Watched } from '../harness/watched-namespace.ts';

/*
 * The operator's Rego at the last hop: the ConfigMap of the policies is swapped by the kubelet's own writer, the real opa compiles it, and what is
 * looked at is what Slack was sent. No model takes part: policies are code's.
 */

const POLICIES = new URL('../../policies/', import.meta.url);

let server: ControlPlane;
let token = '';
let shipped: Readonly<Record<string, string>> = {};
let agents: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  server = await freshControlPlane();
  token = await installShippedAccount(server);
  ({ agents } = await shippedDefinitions());
  const names = (await readdir(POLICIES)).filter((name) => !name.endsWith('_test.rego'));
  shipped = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, POLICIES), 'utf8')])),
  );
});
afterAll(() => server[Symbol.asyncDispose]());

interface Governed extends AsyncDisposable {
  readonly watched: Watched;
  readonly clock: HandClock;
  /** One swap of the ConfigMap: the shipped files with these changes. */
  readonly edit: (changes: Readonly<Record<string, string>>) => Promise<void>;
}

/** A production namespace with a Deployment that has one of its three pods ready, in a monitor with mounted policies. */
async function govern(variables: Readonly<Record<string, string>> = {}): Promise<Governed> {
  await using acquired = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-policies-'));
  acquired.defer(() => rm(directory, { recursive: true, force: true }));
  const { opa, 'volume-writer': writer } = server.connection.binaries;
  const volume = acquired.use(await mountVolume(writer, directory));
  await volume.swap(shipped);
  const clock = handClock(Date.now() + HOUR_MS);
  const watched = acquired.use(
    await watchNamespace({
      server,
      token,
      clock,
      model: 'none',
      definitions: () => ({ claude: '# Operations\n', agents }),
      variables: { K8S_MONITOR_POLICIES_DIR: directory, OPA_PATH: opa, ...variables },
    }),
  );
  const billing = aDeployment('billing').in(watched.namespace).replicas(3).at(clock.now());
  await apply(
    server,
    billing.annotated({ 'kubernaut.ai/label-team': 'payments', note: 'on call: payments' }).crashLooping({ pods: 2 }),
  );
  const running = acquired.move();
  return {
    watched,
    clock,
    edit: (changes) => volume.swap({ ...shipped, ...changes }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const LOUDER = `package priority

default priority := "P2"

priority := "P0" if {
	input.severity in {"critical", "error"}
	input.environment == "production"
} else := "P3" if {
	input.severity == "info"
}
`;

test('an edited priority.rego moves a finding from SEV-2 to SEV-1 in what Slack is sent at the next cycle', async () => {
  await using governed = await govern();
  const { watched, clock, edit } = governed;
  const { namespace, monitor, slack } = watched;
  const before = await monitor.cycle('scheduled');
  const [asShipped, ...others] = slack.messages('critical-alerts');
  expect(others).toEqual([]);
  expect(asShipped && wordsOf(asShipped)).toContain(`SEV-2 · ${namespace}/billing`);

  await edit({ 'priority.rego': LOUDER });
  clock.advance(10 * MINUTE_MS);
  const { report } = await monitor.cycle('scheduled');

  const [asEdited, ...more] = slack.messages('critical-alerts');
  expect(more.filter(({ broadcast }) => !broadcast)).toEqual([]);
  expect(asEdited?.ts).toBe(asShipped?.ts);
  expect(asEdited && wordsOf(asEdited)).toContain(`SEV-1 · ${namespace}/billing`);
  expect(asEdited?.replies.find(({ broadcast }) => broadcast)?.text).toContain('SEV-2 → SEV-1');
  const finding = report.findings.find(({ owner }) => owner.name === 'billing');
  expect(finding).toMatchObject({
    environment: 'production',
    priority: 'P0',
    policy: {
      environment: 'environment.rego:environment',
      labels: 'labels.rego:custom_labels',
      priority: 'priority.rego:priority',
    },
  });
  expect(report.cycle.revision).not.toBe(before.report.cycle.revision);
  const sha256In = (files: typeof report.definitions.files) =>
    files.find(({ name }) => name === 'priority.rego')?.sha256;
  expect(sha256In(report.definitions.files)).not.toBe(sha256In(before.report.definitions.files));
  expect(monitor.log.filter(({ msg }) => msg === 'policy reloaded')).toMatchObject([{ policy: 'priority' }]);
  expect(await monitor.app.metrics.text()).toMatch(/^signalprocessing_policy_reload_total 1$/m);
  expect(slack.violations).toEqual([]);
});

test('a broken priority.rego: the last good one goes on, a card names file and line until it is mended', async () => {
  await using governed = await govern();
  const { watched, clock, edit } = governed;
  const { namespace, monitor, slack } = watched;
  await edit({ 'priority.rego': LOUDER });
  await monitor.cycle('scheduled');

  await edit({ 'priority.rego': 'package priority\n\npriority = "P3" { input.severity == "error" }\n' });
  clock.advance(10 * MINUTE_MS);
  const { report } = await monitor.cycle('scheduled');

  const alert = slack.messages('critical-alerts').find((message) => wordsOf(message).includes(namespace));
  expect(alert && wordsOf(alert)).toContain(`SEV-1 · ${namespace}/billing`);
  const card =
    slack
      .messages('alerts')
      .map(wordsOf)
      .find((words) => words.includes('MONITOR')) ?? '';
  expect(card).toContain('cannot be used');
  expect(card).toMatch(/priority\.rego:3: rego_parse_error: .*import rego\.v1.*the previous policies stay in force/);
  expect(report.definitions.files.find(({ name }) => name === 'priority.rego')?.stale).toMatchObject({
    code: 'rego_parse_error',
    line: 3,
  });
  expect(monitor.log.filter(({ msg }) => msg === 'policy reload failed')).toMatchObject([
    { level: 'error', policy: 'priority', error: expect.stringMatching(/^rego_parse_error: /) },
  ]);
  expect(await monitor.app.metrics.text()).toMatch(/^signalprocessing_policy_reload_errors_total 1$/m);

  await edit({ 'priority.rego': LOUDER });
  clock.advance(10 * MINUTE_MS);
  await monitor.cycle('scheduled');
  expect(slack.messages('alerts').map(wordsOf).join('\n')).not.toMatch(/rego_parse_error/);
  expect(slack.violations).toEqual([]);
});

test.each([
  {
    what: 'never comes to an end for one annotation',
    labels: `custom_labels := {"parts": regex.split("^(a+)+$", "${'a'.repeat(40)}!")} if {\n\tinput.pod.annotations.note == "on call: payments"\n}\n`,
    code: 'rego_too_slow',
    says: /took longer than 1000 ms/,
  },
  {
    what: 'gives more than memory holds for one annotation',
    labels:
      'custom_labels[name] := "x" if {\n\tinput.pod.annotations.note == "on call: payments"\n\tsome i in numbers.range(1, 3000000)\n\tname := format_int(i, 10)\n}\n',
    code: 'rego_too_large',
    says: /needs more than 16 MiB/,
  },
])(
  'a labels.rego that $what: the alert goes out on the built-in answer, and report and card say so',
  async ({ labels, code, says }) => {
    await using governed = await govern();
    const { watched, edit } = governed;
    const { namespace, monitor, slack } = watched;
    await edit({ 'labels.rego': `package labels\n\n${labels}` });
    const { report } = await monitor.cycle('scheduled');

    const [alert] = slack.messages('critical-alerts');
    expect(alert && wordsOf(alert)).toContain(`SEV-2 · ${namespace}/billing`);
    expect(report.findings.find(({ owner }) => owner.name === 'billing')).toMatchObject({
      customLabels: { team: ['payments'] },
      policy: { labels: 'built-in:annotations', priority: 'priority.rego:priority' },
    });
    expect(report.definitions.warnings).toContainEqual(
      expect.objectContaining({ file: 'labels.rego', code, outcome: 'lenient', message: expect.stringMatching(says) }),
    );
    const card =
      slack
        .messages('alerts')
        .map(wordsOf)
        .find((words) => words.includes('MONITOR')) ?? '';
    expect(card).toContain('one definition cannot be followed to the letter');
    expect(card).toMatch(says);
    expect(monitor.log.filter(({ msg }) => msg === 'policy evaluation failed')).toMatchObject([
      { level: 'warn', code },
    ]);
    expect(slack.violations).toEqual([]);
  },
);

test('without opa the built-in policy judges by the same tables, and a card says so', async () => {
  await using governed = await govern({ OPA_PATH: '/nowhere/opa' });
  const { namespace, monitor, slack } = governed.watched;
  const { report } = await monitor.cycle('scheduled');

  const [alert] = slack.messages('critical-alerts');
  expect(alert && wordsOf(alert)).toContain(`SEV-2 · ${namespace}/billing`);
  expect(report.findings.find(({ owner }) => owner.name === 'billing')?.policy).toEqual({
    environment: 'built-in:name-prefix',
    labels: 'built-in:annotations',
    priority: 'built-in:error-production',
  });
  expect(slack.messages('alerts').map(wordsOf).join('\n')).toMatch(/opa-missing: .*the built-in policy is in force/);
});
