import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { main } from '../../../src/cli/program.ts';
import { cronProblem } from '../../../src/cycle/cron.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { SettingsFile } from '../../../src/settings/schema.ts';
import { FlagsFile } from '../../../src/settings/sibling-schemas.ts';
import { fieldsOf } from '../../../tools/settings-schema.ts';
import { commandsOf, fencedBlocks } from '../../builders/fenced.ts';
import { codeIn, tableOf, textOf } from '../../builders/markdown.ts';

/* What stands in the guides of production and customization is there: names, fields, codes, metrics, commands. */

const GUIDE = textOf('docs/production-deployment-guide.md');
const GUIDES = `${GUIDE}\n${textOf('docs/agent-customization-guide.md')}\n${textOf('docs/operations.md')}\n${textOf('README.md')}`;
const OPERATIONS = textOf('docs/operations.md');
const CONFIGURATION = textOf('docs/configuration.md');
const blocks = (language: string): readonly string[] =>
  fencedBlocks(GUIDE)
    .filter((block) => block.language === language)
    .map(({ text }) => text);

const sectionOf = (title: string): string =>
  GUIDE.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? '';

test('the queries of the alerts ask for metrics and labels that exist', () => {
  const metrics = new Map(
    tableOf(OPERATIONS, 'metric').map(([name = '', , labels = '']) => [codeIn(name)[0] ?? '', codeIn(labels)]),
  );
  const rule = blocks('yaml').find((text) => text.includes('kind: PrometheusRule')) ?? '';
  const rules: readonly { readonly alert: string; readonly expr: string }[] = parse(rule).spec.groups[0].rules;
  const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/(k8s_monitor_\w+)(?:\{([^}]*)\})?/g)]);

  expect(rules.length).toBeGreaterThan(5);
  for (const [, name = '', labels = ''] of asked) {
    expect([...metrics.keys()]).toContain(name);
    expect(metrics.get(name)).toEqual(
      expect.arrayContaining([...labels.matchAll(/(\w+)=/g)].map(([, label]) => label)),
    );
  }
  const named = codeIn(GUIDE).filter((code) => /^k8s_monitor_\w+$/.test(code));
  expect(named.filter((name) => !metrics.has(name))).toEqual([]);
});

test('every name in capitals is an error code, or a variable of ours, of Node or of the shell', () => {
  const codes = tableOf(textOf('docs/errors.md'), 'code').flatMap(([code = '']) => codeIn(code));
  const variables = tableOf(CONFIGURATION, 'variable').flatMap((row) => row.flatMap(codeIn));
  const ofNode = ['NODE_USE_ENV_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];
  const known = new Set([...codes, ...variables, ...ofNode]);
  const named = [...codeIn(GUIDE), ...blocks('yaml').flatMap((text) => text.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [])]
    .filter((code) => /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(code))
    .filter((code) => !known.has(code));

  expect(named).toEqual([]);
});

test('every settings field that it names is one', () => {
  const paths = fieldsOf(SettingsFile).map(({ path }) => path);
  const tops = new Set(paths.map((path) => path.split('.')[0] ?? ''));
  const named = codeIn(GUIDE)
    .map((code) => code.split(':')[0] ?? '')
    .filter((code) => /^[a-z_]+(?:\.[a-z0-9_]+)+$/.test(code) && tops.has(code.split('.')[0] ?? ''))
    .filter((code) => !/\.(?:yaml|com)$/.test(code));

  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((code) => !paths.some((path) => path === code || path.startsWith(`${code}.`)))).toEqual([]);
});

test.each(blocks('yaml').filter((text) => /^# (?:clusters\/west\/)?config\.yaml/.test(text)))(
  'a config.yaml of the guide is taken as it is: %s',
  (text) => {
    const { warnings } = readSettings({
      configFile: 'config.yaml',
      required: true,
      readFile: (path) => (path.endsWith('config.yaml') ? text : undefined),
      cronProblem,
      allowedOrigins: [],
    });

    expect(warnings).toEqual([]);
  },
);

test('flags.json of the guide knows its switches, and the table names them', () => {
  const [text = ''] = blocks('json');
  const written: unknown = JSON.parse(text);

  expect(FlagsFile.strict().safeParse(written).success).toBe(true);
  const named = tableOf(GUIDE, 'to stop').flatMap(([, set = '']) => codeIn(set).map((code) => code.split(':')[0]));
  expect(Object.keys(FlagsFile.shape)).toEqual(
    expect.arrayContaining(named.filter((name) => /^\w+$/.test(name ?? ''))),
  );
});

test('every YAML block can be parsed, and each Kubernetes object has kind and name', () => {
  const documents = blocks('yaml').flatMap((text) => parseAllDocuments(text));

  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  for (const document of documents) {
    const object: { apiVersion?: string; kind?: string; metadata?: { name?: string } } = document.toJS();
    if (object.apiVersion?.startsWith('kustomize.config') === true) continue;
    expect(object.apiVersion === undefined || (object.kind !== undefined && object.metadata?.name !== undefined)).toBe(
      true,
    );
  }
});

test('the Slack app has the scopes that the table explains, and those that our Slack asks for', () => {
  const manifest = parse(blocks('yaml').find((text) => text.startsWith('# Slack app manifest')) ?? '');
  const explained = tableOf(GUIDE, 'scope').flatMap(([scope = '']) => codeIn(scope));
  const asked = [...textOf('src/demo/stand-ins/slack-methods.ts').matchAll(/scope: '([\w:]+)'/g)].map(
    ([, scope]) => scope ?? '',
  );

  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual(explained.toSorted());
  expect(explained).toEqual(expect.arrayContaining([...new Set(asked)]));
});

test('mounts, sizes and the port are those of the manifests', () => {
  const { spec } = parse(textOf('k8s/deployment.yaml')).spec.template;
  const [container] = spec.containers;
  const volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[] = spec.volumes;
  const mounts: readonly { readonly name: string; readonly mountPath: string }[] = container.volumeMounts;
  const mounted = volumes.flatMap(({ name, configMap }) =>
    configMap === undefined
      ? []
      : [`${configMap.name} at ${mounts.find((mount) => mount.name === name)?.mountPath ?? ''}`],
  );
  const documented = tableOf(GUIDE, 'ConfigMap').map((row) => row.slice(0, 2).flatMap(codeIn).join(' at '));

  expect(documented.toSorted()).toEqual(mounted.toSorted());
  const [, requests = '', limit = ''] = tableOf(GUIDE, 'cluster')[0] ?? [];
  expect(codeIn(requests).map((request) => parse(request))).toEqual(
    Object.entries(container.resources.requests).map(([name, amount]) => ({ [name]: amount })),
  );
  expect(codeIn(limit)).toEqual([container.resources.limits.memory]);
  expect(sectionOf('Before you begin')).toContain(
    parse(textOf('k8s/pvc.yaml')).spec.resources.requests.storage.replace('Gi', ' GiB'),
  );
  const environment: readonly { readonly name: string }[] = container.env;
  for (const name of codeIn(sectionOf('Secrets')).filter((code) => code.endsWith('_TOKEN_FILE'))) {
    expect(environment.map((variable) => variable.name)).toContain(name);
  }
});

test('every log line that it tells to look for is logged', () => {
  const logged = tableOf(OPERATIONS, 'message').map(([message = '']) => codeIn(message)[0] ?? '');
  const sentences = codeIn(GUIDE).filter(
    (code) => /^[A-Za-z]+(?: [A-Za-z_,:]+){2,}$/.test(code) && !/^(?:kubectl|docker|npm|k8s-monitor) /.test(code),
  );

  expect(sentences.length).toBeGreaterThan(8);
  expect(sentences.filter((sentence) => !logged.includes(sentence))).toEqual([]);
});

test.each(['node /app/k8s-monitor.mjs', 'k8s-monitor', 'npm start -s --'])(
  'each command of `%s` in the guides exists, with its flags',
  async (program) => {
    const commands = commandsOf(GUIDES, program).filter(([command = '']) => /^[a-z]+$/.test(command));

    expect(commands.length).toBeGreaterThan(1);
    for (const [command = '', ...words] of commands) {
      const help = await helpOf(command);
      const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
      expect(help, command).toContain(`Usage: k8s-monitor ${command}`);
      expect(
        flags.filter((flag) => !help.includes(flag)),
        `${command} ${words.join(' ')}`,
      ).toEqual([]);
    }
  },
);

async function helpOf(command: string): Promise<string> {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  await main({
    arguments: [command, '--help'],
    variables: {},
    stdout: stream,
    stderr: stream,
    now: Date.now,
    stopping: new AbortController().signal,
    version: '1.2.3',
  });
  return printed;
}
