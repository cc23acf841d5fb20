import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { validate } from './run-validate.ts';

/** What comes on stdin is known by its looks, or by the name that is given. */
const AGENT = '---\nname: a\ndescription: d, for €\nmodel: sonet\n---\nLook.\n';
const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'k8s-monitor-agents', namespace: 'k8s-monitor', resourceVersion: '1', uid: 'x' },
  data: { 'a.md': AGENT },
};

test.each([
  {
    what: 'what `kubectl get cm -o yaml` prints',
    stdin: stringify(CONFIG_MAP),
    says: /^<stdin>:13:5: warning: "sonet"/m,
  },
  {
    what: 'what it prints of several',
    stdin: stringify({ apiVersion: 'v1', kind: 'List', items: [CONFIG_MAP] }),
    says: /^<stdin>:16:9: warning: "sonet"/m,
  },
  {
    what: 'the same as JSON',
    stdin: JSON.stringify(CONFIG_MAP),
    says: /^<stdin>:1:\d+: warning: "sonet".*\(line 4 of a\.md\)$/m,
  },
  { what: 'an agent file', stdin: AGENT, says: /^<stdin>:4:1: warning: "sonet"/m },
  {
    what: 'a CLAUDE.md',
    stdin: '# Guide\n\n## P0\n\n- payments/api: cards\n',
    says: /^<stdin>:5: P0 service payments\/api$/m,
  },
  {
    what: 'an editor’s buffer',
    stdin: AGENT,
    words: ['--stdin-name', 'agents/mine.md'],
    says: /^agents\/mine\.md:4:1: warning: "sonet"/m,
  },
  {
    what: 'settings, by the name that is given',
    stdin: 'schedule:\n  patroll: x\n',
    words: ['--stdin-name', 'config.yaml'],
    says: /^config\.yaml:2:3: warning: unknown key schedule\.patroll/m,
  },
  {
    what: 'a policy, known by its package',
    stdin: '# whose\n\npackage priority\n\npriority := "P2"\n',
    variables: { OPA_PATH: '/nowhere/opa' },
    says: /^<stdin>: problem: opa-missing/m,
    expected: 2,
  },
  { what: 'nothing, which is a problem', stdin: '', says: /^<stdin>: problem: is empty$/m, expected: 2 },
  {
    what: 'what is unknown, which is a problem',
    stdin: 'hello\n',
    says: /^<stdin>: problem: is nothing that is known here; .*say what it is with --stdin-name NAME$/m,
    expected: 2,
  },
])('- takes $what', async ({ stdin, words = [], says, variables = {}, expected = 0 }) => {
  const { exitCode, stdout, stderr } = await validate([...words, '-'], { stdin, variables });

  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: expected, stderr: '' });
  expect(stdout).toMatch(says);
});
