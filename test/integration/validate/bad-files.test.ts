import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { folderOf, opa, validate, validated } from './run-validate.ts';

/** Everything that may be wrong with what is named: one line that an editor jumps to, with cause and remedy, and the exit code. */
const AGENT = '---\nname: a\ndescription: d\n---\nLook.\n';
const SLIP = '---\nname: a\ndescription: d\nmodel: sonet\n---\nLook.\n';
const HIDDEN = 'aVeryPrivateWord';

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** In the folder of the files; the folder itself unless told. */
  readonly paths?: readonly string[];
  /** Lines as printed, the folder being left out of them. */
  readonly says: readonly (string | RegExp)[];
  readonly exitCode?: 0 | 2;
}

const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${data}`;
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ');

test.each<Case>([
  {
    what: 'no such file',
    files: {},
    paths: ['nowhere.md'],
    says: ['nowhere.md: problem: there is no such file or directory'],
  },
  {
    what: 'a path below a file',
    files: { 'a.md': AGENT },
    paths: ['a.md/b.md'],
    says: ['a.md/b.md: problem: there is no such file or directory'],
  },
  {
    what: 'an empty directory',
    files: {},
    says: [/^: problem: nothing in this directory is read \(read are \*\.md, \*\.rego, config\.yaml/],
  },
  {
    what: 'a directory of strange files',
    files: { 'a.txt': 'x' },
    says: [/^: problem: nothing in this directory is read/, /^ {2}a\.txt: its name is none that is read/],
  },
  {
    what: 'nothing but documentation',
    files: { 'README.md': '# Read me\n' },
    says: [
      /: problem: nothing to validate: no \*\.md/,
      '  README.md:1: README.md: documentation: it has no front matter',
    ],
  },
  {
    what: 'documentation beside agents',
    files: { 'README.md': '# Read me\n', 'a.md': AGENT },
    says: ['  README.md:1: README.md: documentation: it has no front matter', '1 file, 0 problems, 0 warnings'],
    exitCode: 0,
  },
  {
    what: 'a file without front matter that is not called like documentation',
    files: { 'a.md': '# Look\n' },
    says: ['a.md:1:1: warning: no front matter on the first line: taken as documentation, not as an agent'],
    exitCode: 0,
  },
  { what: 'an empty file', files: { 'a.md': '' }, says: ['a.md: problem: the file is empty'] },
  { what: 'an empty manifest', files: { 'a.yaml': '\n' }, paths: ['a.yaml'], says: ['a.yaml: problem: is empty'] },
  {
    what: 'empty settings',
    files: { 'config.yaml': '' },
    says: [/^config\.yaml: warning: is empty: at a start the defaults hold, a running monitor refuses it/],
    exitCode: 0,
  },
  {
    what: 'Markdown in another encoding',
    files: { 'a.md': Buffer.from([0x2d, 0xff, 0xe9]) },
    says: ['a.md: problem: the file is not valid UTF-8; save it as UTF-8'],
  },
  {
    what: 'settings in another encoding',
    files: { 'config.yaml': Buffer.from([0x61, 0xff]) },
    says: ['config.yaml: problem: is not valid UTF-8; save it as UTF-8'],
  },
  {
    what: 'a manifest in another encoding',
    files: { 'm.yaml': Buffer.from([0x61, 0xff]) },
    says: ['m.yaml: problem: is not valid UTF-8; save it as UTF-8'],
  },
  {
    what: 'a huge file',
    files: { 'a.md': `${AGENT}${'x'.repeat(300 * 1024)}` },
    says: [/^a\.md: problem: the file holds \d+ bytes, the limit is 262144; shorten it/],
  },
  {
    what: 'a ConfigMap larger than the API server takes',
    files: {
      'm.yaml': configMap(
        'k8s-monitor-agents',
        Array.from(
          { length: 6 },
          (_, index) =>
            `  a${index}.md: |\n${indented(AGENT.replace('name: a', `name: a${index}`))}    ${'x'.repeat(200 * 1024)}\n`,
        ).join(''),
      ),
    },
    says: [/^m\.yaml:1:1: problem: ConfigMap k8s-monitor-agents holds \d+ bytes; the API server takes 1048576/],
  },
  {
    what: 'a slip in an agent',
    files: { 'a.md': SLIP },
    says: [/^a\.md:4:1: warning: "sonet" is no model;/],
    exitCode: 0,
  },
  {
    what: 'the same slip in a manifest, by its lines and columns',
    files: { 'm.yaml': configMap('k8s-monitor-agents', `  a.md: |\n${indented(SLIP)}`) },
    says: [/^m\.yaml:10:5: warning: "sonet" is no model;/],
    exitCode: 0,
  },
  {
    what: 'the same slip in a list',
    files: {
      'm.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${configMap('k8s-monitor-agents', `  a.md: |\n${indented(SLIP)}`)
        .replaceAll('\n', '\n  ')
        .trimEnd()}\n`,
    },
    says: [/^m\.yaml:13:7: warning: "sonet" is no model;/],
    exitCode: 0,
  },
  {
    what: 'the same slip in a text that the manifest escapes: where the value begins, the line in words',
    files: { 'm.yaml': configMap('k8s-monitor-agents', `  a.md: ${JSON.stringify(SLIP)}\n`) },
    says: [/^m\.yaml:6:9: warning: "sonet" is no model;.*\(line 4 of a\.md\)$/],
    exitCode: 0,
  },
  {
    what: 'the same slip in JSON of a typed list, whose items do not say their kind',
    files: {
      'm.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMapList',
        items: [{ metadata: { name: 'k8s-monitor-agents' }, data: { 'a.md': SLIP } }],
      }),
    },
    says: [/^m\.json:1:\d+: warning: "sonet" is no model;.*\(line 4 of a\.md\)$/],
    exitCode: 0,
  },
  {
    what: 'binaryData',
    files: {
      'm.yaml': `kind: ConfigMap\nmetadata: { name: k8s-monitor-agents }\nbinaryData:\n  a.md: ${Buffer.from(SLIP).toString('base64')}\n`,
    },
    says: [/^m\.yaml:4:9: warning: "sonet" is no model;.*\(line 4 of a\.md\)$/],
    exitCode: 0,
  },
  {
    what: 'binaryData that is not base64',
    files: { 'm.yaml': 'kind: ConfigMap\nmetadata: { name: k8s-monitor-agents }\nbinaryData:\n  a.md: "?"\n' },
    says: ['m.yaml:4:9: problem: binaryData: the value of a.md is not base64'],
  },
  {
    what: 'data that is no text',
    files: { 'm.yaml': configMap('k8s-monitor-agents', '  a.md: [x]\n') },
    says: ['m.yaml:6:3: problem: data: the value of a.md must be a text'],
  },
  {
    what: 'a manifest that is not YAML',
    files: { 'm.yaml': 'kind: ConfigMap\ndata: [\n' },
    says: [/^m\.yaml:3:1: problem: not valid YAML: /],
  },
  {
    what: 'a manifest that begins well',
    files: { 'm.yaml': `${configMap('k8s-monitor-agents', `  a.md: |\n${indented(AGENT)}`)}---\nkind: [\n` },
    says: [/^m\.yaml:7: agent a: analyzer/, /^m\.yaml:\d+:\d+: problem: not valid YAML: /],
  },
  {
    what: 'a Secret beside a ConfigMap',
    files: {
      'm.yaml': `kind: Secret\nmetadata: { name: keys }\nstringData:\n  a.md: ${HIDDEN}\n---\n${configMap('k8s-monitor-agents', `  a.md: |\n${indented(AGENT)}`)}`,
    },
    says: ['  m.yaml:1: Secret keys: Secrets are not looked into'],
    exitCode: 0,
  },
  {
    what: 'a Secret that is not YAML',
    files: { 'm.yaml': `kind: Secret\nstringData:\n  key: "${HIDDEN}" ${HIDDEN}\n` },
    says: [/^m\.yaml:3:\d+: problem: not valid YAML: /],
  },
  {
    what: 'a Secret that is not YAML otherwise',
    files: { 'm.yaml': `kind: Secret\nstringData:\n  key: !${HIDDEN} |${HIDDEN}\n    x\n` },
    says: [/^m\.yaml:3:\d+: problem: not valid YAML: /],
  },
  {
    what: 'a ConfigMap of somebody else',
    files: { 'm.yaml': configMap('grafana', '  README.md: "# x"\n  config.yaml: "a: 1"\n') },
    says: [
      /^ {2}m\.yaml:1: ConfigMap grafana: its name is none of k8s-monitor-orchestrator, /,
      /: problem: nothing in this directory is read/,
    ],
  },
  {
    what: 'a ConfigMap of a strange name with what only we have',
    files: { 'm.yaml': configMap('my-agents', `  a.md: |\n${indented(AGENT)}`) },
    says: [
      /^m\.yaml:1:1: warning: ConfigMap my-agents is read by its keys, but none of this name is mounted/,
      /^m\.yaml:7: agent a: /,
    ],
    exitCode: 0,
  },
  {
    what: 'a ConfigMap with the prefix and the hash of an overlay',
    files: { 'm.yaml': configMap('dev-k8s-monitor-agents-7f8d9c6b5h', `  a.md: |\n${indented(AGENT)}`) },
    says: [/^m\.yaml:7: agent a: /, '1 file, 0 problems, 0 warnings'],
    exitCode: 0,
  },
  {
    what: 'a file in the wrong ConfigMap',
    files: { 'm.yaml': configMap('k8s-monitor-agents', `  CLAUDE.md: "# x"\n  a.md: |\n${indented(AGENT)}`) },
    says: [
      /^m\.yaml:6:1: warning: CLAUDE\.md of ConfigMap k8s-monitor-agents is not read: it belongs into k8s-monitor-orchestrator, not into/,
    ],
    exitCode: 0,
  },
  {
    what: 'a misspelt key',
    files: { 'm.yaml': configMap('k8s-monitor-config', '  confg.yaml: "llm: {}"\n') },
    says: ['m.yaml:6:1: warning: confg.yaml of ConfigMap k8s-monitor-config is not read: did you mean config.yaml?'],
    exitCode: 0,
  },
  {
    what: 'an empty ConfigMap of ours',
    files: { 'm.yaml': 'kind: ConfigMap\nmetadata: { name: k8s-monitor-agents }\n' },
    says: ['m.yaml:1:1: warning: ConfigMap k8s-monitor-agents holds no file'],
    exitCode: 0,
  },
  {
    what: 'a misspelt settings file',
    files: { 'config.yml': 'llm: {}\n' },
    says: [/^config\.yml: warning: is not read: .*did you mean config\.yaml\?$/],
    exitCode: 0,
  },
  {
    what: 'claude.md in small letters',
    files: { 'claude.md': '# Guide\n' },
    says: [/^claude\.md: warning: is an agent by its name; the orchestrator’s file is called CLAUDE\.md/],
    exitCode: 0,
  },
  {
    what: 'YAML that is nothing of ours, named',
    files: { 'values.yaml': 'a: 1\n' },
    paths: ['values.yaml'],
    says: [
      /^values\.yaml: problem: is neither a manifest, because nothing in it has a kind, nor one of the settings by its name/,
    ],
  },
  {
    what: 'a text that is nothing of ours, named',
    files: { 'a.txt': 'hello\n' },
    paths: ['a.txt'],
    says: [/^a\.txt: problem: is nothing that is known here; read are \*\.md/],
  },
  {
    what: 'two different files of one name',
    files: { 'one/a.md': AGENT, 'two/a.md': SLIP },
    paths: ['one', 'two'],
    says: [
      /^two\/a\.md:1:1: warning: another a\.md stands at one\/a\.md, and only one can be mounted/,
      /^two\/a\.md:4:1: warning: "sonet"/,
    ],
    exitCode: 0,
  },
  {
    what: 'the same file twice',
    files: { 'one/a.md': SLIP, 'two/a.md': SLIP },
    paths: ['one', 'two'],
    says: [
      /^one\/a\.md:4:1: warning: "sonet"/,
      '  two/a.md:1: a.md: the same text was read at one/a.md',
      '1 file, 0 problems, 1 warning',
    ],
    exitCode: 0,
  },
  {
    what: 'two agents of one name',
    files: { 'a.md': AGENT, 'b.md': AGENT },
    says: ['b.md:1:1: problem: the name a is taken by a.md, which comes first; rename one'],
  },
  {
    what: 'a directory in a directory',
    files: { 'a.md': AGENT, 'more/b.md': AGENT },
    says: [
      '  more: directories are read one level deep, as they are mounted; name it too',
      '1 file, 0 problems, 0 warnings',
    ],
    exitCode: 0,
  },
  {
    what: 'hidden files, such as the kubelet’s',
    files: { 'a.md': AGENT, '..data/b.md': AGENT, '.hidden.md': '' },
    says: ['1 file, 0 problems, 0 warnings'],
    exitCode: 0,
  },
  {
    what: 'settings of the wrong type, all of them at their places',
    files: { 'config.yaml': 'llm:\n  timeout_seconds: soon\nbudget:\n  per_day_usd: much\n' },
    says: [
      /^config\.yaml:2:3: problem: invalid config: llm\.timeout_seconds: .*not "soon"$/,
      /^config\.yaml:4:3: problem: invalid config: budget\.per_day_usd: .*not "much"$/,
    ],
  },
  {
    what: 'settings that are not YAML',
    files: { 'config.yaml': 'llm: [\n' },
    says: [/^config\.yaml:2:1: problem: invalid YAML: /],
  },
  {
    what: 'an unknown setting',
    files: { 'config.yaml': 'schedule:\n  patroll: "* * * * *"\n' },
    says: [/^config\.yaml:2:3: warning: unknown key schedule\.patroll is ignored; did you mean patrol\?$/],
    exitCode: 0,
  },
  {
    what: 'an unknown setting in a manifest',
    files: { 'm.yaml': configMap('k8s-monitor-config', '  config.yaml: |\n    schedule:\n      patroll: x\n') },
    says: [/^m\.yaml:8:7: warning: unknown key schedule\.patroll/],
    exitCode: 0,
  },
  {
    what: 'a channel that the settings beside it do not allow',
    files: {
      'CLAUDE.md': '# Guide\n\n## Channels\n\n- SEV-1: `#pager`\n- SEV-3: `#alerts`\n',
      'config.yaml':
        'slack:\n  allowed_channels: ["#alerts"]\n  channels: { sev1: "#alerts", sev2: "#alerts", sev3: "#alerts" }\n',
    },
    says: [/^CLAUDE\.md:5:1: warning: #pager is not among slack\.allowed_channels/, '2 files, 0 problems, 1 warning'],
    exitCode: 0,
  },
  {
    what: 'a channel, with no settings beside it to say whether it is allowed',
    files: { 'CLAUDE.md': '# Guide\n\n## Channels\n\n- SEV-1: `#pager`\n' },
    says: ['1 file, 0 problems, 0 warnings'],
    exitCode: 0,
  },
  {
    what: 'a credential in the settings',
    files: { 'config.yaml': `slack:\n  token: ${HIDDEN}\n` },
    says: [/^config\.yaml:2:3: problem: invalid config: slack\.token: a credential does not belong in a settings file/],
  },
  {
    what: 'a sibling that is refused',
    files: { 'storm.yaml': 'rate_threshold: x\n' },
    says: [/^storm\.yaml:1:1: problem: invalid storm config: rate_threshold: /],
  },
  {
    what: 'JSON that is none',
    files: { 'flags.json': '{"patrols": true,}\n' },
    says: [/^flags\.json:1.*: problem: invalid JSON: not JSON/],
  },
])('$what', async ({ files, paths = ['.'], says, exitCode = 2 }) => {
  using folder = folderOf(files);
  const words = paths.map((path) => (path === '.' ? folder.path : folder.at(path)));
  const printed = await validate(words);
  const lines = printed.stdout.replaceAll(`${folder.path}/`, '').replaceAll(folder.path, '').split('\n');

  expect({ exitCode: printed.exitCode, stderr: printed.stderr }, printed.stdout).toEqual({ exitCode, stderr: '' });
  for (const line of says)
    expect(
      lines.filter((each) => (typeof line === 'string' ? each === line : line.test(each))),
      `${String(line)} in\n${printed.stdout}`,
    ).not.toEqual([]);
  expect(printed.stdout).not.toContain(HIDDEN);

  const document = await validated(words);
  expect(document.exitCode).toBe(exitCode);
  expect(JSON.stringify(document)).not.toContain(HIDDEN);
  // Each complaint is one line that begins with where it is, also for a reader that sees the text alone.
  for (const { path, line, column, severity, message } of document.complaints) {
    const where = [path, line, column].filter((part) => part !== undefined).join(':');
    expect(printed.stdout).toContain(`${where}: ${severity}: ${message}\n`);
  }
});

describe.skipIf(opa === undefined)('policies', () => {
  const PRIORITY = 'package priority\n\npriority := "P2"\n';

  test('an empty policy, one of before OPA 1.0, and one that is well', async () => {
    using folder = folderOf({
      'labels.rego': '',
      'priority.rego': PRIORITY.replace(':=', '=').replace('"P2"', '"P2" { true }'),
    });
    const { complaints } = await validated([folder.path]);

    expect(complaints.map(({ path }) => path)).toContain(folder.at('priority.rego'));
    expect(complaints.every(({ severity }) => severity === 'problem')).toBe(true);
    using good = folderOf({ 'priority.rego': PRIORITY });
    expect((await validated([good.path])).files[0]?.read).toEqual([
      { line: 1, what: 'the policy of priority, compiled and tried' },
    ]);
  });

  test('a file that the settings do not name, beside one that is missing', async () => {
    using folder = folderOf({ 'prio.rego': PRIORITY });
    expect((await validate([folder.path])).stdout).toMatch(
      /: warning: no file here is called .*priority\.rego \(priority\).* is it prio\.rego\?/,
    );
    using named = folderOf({ 'prio.rego': PRIORITY, 'config.yaml': 'rego:\n  priority_policy: prio.rego\n' });
    expect((await validate([named.path])).stdout).toMatch(/prio\.rego:1: the policy of priority, compiled and tried\n/);
  });
});

test('what files say stays on its line, and no terminal obeys it', async () => {
  using folder = folderOf({
    'config.yaml': `cluster_name: |\n  two\n  lines ${'and more '.repeat(20)}\n`,
    'a.md': '---\nname: a\ndescription: d\nmodel: "so\\e[2Jnet\\u202e"\n---\nLook.\n',
    'agents.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: k8s-monitor-agents }\ndata:\n' +
      '  "b\\e[2J.md": "---\\nname: b\\ndescription: d\\n---\\nLook.\\n"\n',
  });
  const { stdout } = await validate([folder.path]);

  expect(stdout).toMatch(/config\.yaml:1: cluster_name: two lines and more .*…\n/);
  expect(stdout).toMatch(/a\.md:4:1: warning: .* is no model;/);
  expect(stdout).toMatch(/agents\.yaml › b.*\.md of ConfigMap k8s-monitor-agents \(agent file,/);
  for (const obeyed of ['\u001b', '\u202e']) expect(stdout).not.toContain(obeyed);
});

test('a known issue whose date has passed is not said to silence', async () => {
  using folder = folderOf({
    'CLAUDE.md':
      '## Known issues\n\n- shop/api: until 2026-11-20. Do not alert.\n- shop/web: until 2026-11-21. Do not alert.\n',
  });
  const { exitCode, stdout } = await validate(['--strict', folder.path]);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/:3: known issue of shop\/api; until 2026-11-21T.*; silences, but it is over\n/);
  expect(stdout).toMatch(/:4: known issue of shop\/web; until 2026-11-22T.*; silences\n/);
});

test('a pipe that lies in a directory is not waited for', async () => {
  using folder = folderOf({ 'a.md': AGENT });
  execFileSync('mkfifo', [folder.at('pipe.md')]);
  const { exitCode, stdout } = await validate([folder.path]);

  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${folder.at('pipe.md')}: it is no regular file`);
});

test('no opa is a problem of the policies, not silence', async () => {
  using folder = folderOf({ 'priority.rego': 'package priority\n\npriority := "P2"\n' });
  const { exitCode, stdout } = await validate([folder.path], { variables: { OPA_PATH: '/nowhere/opa' } });

  expect(exitCode).toBe(2);
  expect(stdout).toContain(`${folder.at('priority.rego')}: problem: opa-missing: the policies could not be compiled`);
});

test.each([
  [['--strict'], 2],
  [[], 0],
])('warnings alone: validate %j exits %d', async (flags, expected) => {
  using folder = folderOf({ 'a.md': SLIP });
  const { exitCode, stdout } = await validate([...flags, folder.path]);

  expect(exitCode).toBe(expected);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(
    `1 file, 0 problems, 1 warning${expected === 2 ? ' (--strict: warnings count as problems)' : ''}`,
  );
  expect(await validated([...flags, folder.path])).toMatchObject({ exitCode: expected, strict: expected === 2 });
});
