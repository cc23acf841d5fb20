import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEvaluate, EVALUATION_LIMITS } from '../../../src/policy/evaluate.ts';
import { PROVIDED_BUILTINS } from '../../../src/policy/judge.ts';
import { createCompile, type Compiled } from '../../../src/policy/opa.ts';
import { createTryPolicies } from '../../../src/policy/try-policies.ts';
import { filesOf, NAMES, opa, shipped, type Texts } from './setup.ts';

async function tryOut(
  changes: Texts,
  command = opa ?? '',
  options: { deadlineMs?: number; ruleMs?: number } = {},
): Promise<Compiled> {
  const compile = createCompile(command, options);
  const evaluate = createEvaluate({ ...EVALUATION_LIMITS, ruleMs: options.ruleMs ?? EVALUATION_LIMITS.ruleMs });
  return createTryPolicies({ compile, evaluate })(filesOf(await shipped(changes)), NAMES);
}

/** A regular expression that JavaScript's engine does not come to the end of. */
const ENDLESS = `regex.split("^(a+)+$", "${'a'.repeat(40)}!")`;

const refused: readonly {
  readonly what: string;
  readonly changes: Texts;
  readonly code: string;
  readonly at: { readonly file: string; readonly line?: number };
  readonly says: RegExp;
}[] = [
  {
    what: 'the guide’s own file, in the syntax of before OPA 1.0',
    changes: {
      'priority.rego': 'package priority\n\npriority = "P0" {\n  input.severity == "critical"\n}\npriority := "P2"\n',
    },
    code: 'rego_parse_error',
    at: { file: 'priority.rego', line: 3 },
    says: /add `import rego\.v1`, write `if` before the body of every rule and `contains` before the element of every set/,
  },
  {
    what: 'a set in the syntax of before OPA 1.0',
    changes: { 'labels.rego': 'package labels\n\nnames[name] { input.pod.annotations[name] }\ncustom_labels := {}\n' },
    code: 'rego_parse_error',
    at: { file: 'labels.rego', line: 3 },
    says: /import rego\.v1/,
  },
  {
    what: 'a brace too few',
    changes: { 'priority.rego': 'package priority\n\npriority := "P0" if {\n' },
    code: 'rego_parse_error',
    at: { file: 'priority.rego' },
    says: /unexpected/,
  },
  {
    what: 'a variable that nobody set',
    changes: { 'priority.rego': 'package priority\n\npriority := level if {\n\tinput.severity == "critical"\n}\n' },
    code: 'rego_unsafe_var_error',
    at: { file: 'priority.rego', line: 3 },
    says: /level/,
  },
  {
    what: 'another package',
    changes: { 'labels.rego': 'package signalprocessing.labels\n\nlabels := {}\n' },
    code: 'rego_rule_missing',
    at: { file: 'labels.rego' },
    says: /no rule "custom_labels" in a package "labels"/,
  },
  {
    what: 'two answers for one input: the guide’s table without a default',
    changes: {
      'priority.rego':
        'package priority\n\npriority := "P2"\n\npriority := "P0" if {\n\tinput.severity == "critical"\n\tinput.environment == "production"\n}\n',
    },
    code: 'eval_conflict_error',
    at: { file: 'priority.rego', line: 5 },
    says: /Input: \{"severity":"critical","environment":"production","namespace":/,
  },
  {
    what: 'a rule for one reason beside the chain that answers for all',
    changes: {
      'priority.rego':
        'package priority\n\npriority := "P1" if {\n\tinput.severity == "critical"\n} else := "P2"\n\npriority := "P0" if {\n\tinput.reason == "OOMKilled"\n}\n',
    },
    code: 'eval_conflict_error',
    at: { file: 'priority.rego' },
    says: /two rules give different answers.*Input: \{.*"reason":"OOMKilled"/,
  },
  {
    what: 'a name and a label that contradict each other',
    changes: {
      'environment.rego':
        'package environment\n\nenvironment := input.namespace.labels.environment\n\nenvironment := "production" if startswith(input.namespace.name, "prod-")\n',
    },
    code: 'eval_conflict_error',
    at: { file: 'environment.rego', line: 5 },
    says: /Input: \{"namespace":\{"name":"prod-shop","labels":\{"environment":"staging"\}\}\}/,
  },
  {
    what: 'no answer for one input',
    changes: { 'priority.rego': 'package priority\n\npriority := "P1" if input.severity != "info"\n' },
    code: 'rego_undefined',
    at: { file: 'priority.rego' },
    says: /add `default priority := "P2"`. Input: \{"severity":"info"/,
  },
  {
    what: 'a priority that does not exist',
    changes: { 'priority.rego': 'package priority\n\npriority := "P5"\n' },
    code: 'rego_result_invalid',
    at: { file: 'priority.rego' },
    says: /gives "P5"; it must be one of P0, P1, P2, P3/,
  },
  {
    what: 'an environment that is a list',
    changes: { 'environment.rego': 'package environment\n\nenvironment := ["production"]\n' },
    code: 'rego_result_invalid',
    at: { file: 'environment.rego' },
    says: /must be a text/,
  },
  {
    what: 'labels that are a text',
    changes: { 'labels.rego': 'package labels\n\ncustom_labels := "team=payments"\n' },
    code: 'rego_result_invalid',
    at: { file: 'labels.rego' },
    says: /must be an object/,
  },
  {
    what: 'a question to the network',
    changes: {
      'priority.rego':
        'package priority\n\n# http.send is not for us\ndefault priority := "P2"\n\npriority := "P0" if http.send({"method": "get", "url": "http://cmdb"}).status_code == 200\n',
    },
    code: 'rego_builtin_missing',
    at: { file: 'priority.rego', line: 6 },
    says: /http\.send does not exist here/,
  },
  {
    what: 'an answer without bounds',
    changes: {
      'labels.rego':
        'package labels\n\ncustom_labels[name] := "x" if {\n\tsome i in numbers.range(1, 3000000)\n\tname := format_int(i, 10)\n}\n',
    },
    code: 'rego_too_large',
    at: { file: 'labels.rego' },
    says: /16 MiB/,
  },
  {
    what: 'an answer that is merely huge',
    changes: {
      'labels.rego':
        'package labels\n\ncustom_labels[name] := "x" if {\n\tsome i in numbers.range(1, 9000)\n\tname := format_int(i, 10)\n}\n',
    },
    code: 'eval_error',
    at: { file: 'labels.rego' },
    says: /characters; at most 65536 are taken/,
  },
  {
    what: 'a rule that never ends',
    changes: { 'labels.rego': `package labels\n\ncustom_labels := {"parts": ${ENDLESS}}\n` },
    code: 'rego_too_slow',
    at: { file: 'labels.rego' },
    says: /took longer than \d+ ms/,
  },
];

describe.skipIf(opa === undefined)('a set of policies is refused, with file, line and remedy:', () => {
  test.each(refused)('$what', async ({ changes, code, at, says }) => {
    const tried = await tryOut(changes);

    expect(tried).toMatchObject({ kind: 'refused', refusals: [{ ...at, code, message: expect.stringMatching(says) }] });
  });

  test('B4: one of the three is not there', async () => {
    const { 'labels.rego': _, ...others } = await shipped();
    const evaluate = createEvaluate();
    const tried = await createTryPolicies({ compile: createCompile(opa ?? ''), evaluate })(filesOf(others), NAMES);

    expect(tried).toMatchObject({ kind: 'refused', refusals: [{ file: 'labels.rego', code: 'rego_file_missing' }] });
  });
});

describe.skipIf(opa === undefined)('policies may', () => {
  test('be written for OPA 0 and 1 alike, share a file of helpers, and use what is provided', async () => {
    const words = PROVIDED_BUILTINS.map((name) => ({ name, call: CALLS[name] }));
    const tried = await tryOut({
      'priority.rego': `package priority\n\nimport rego.v1\nimport data.helpers\n\ndefault priority := "P3"\n\npriority := "P1" if {\n\thelpers.loud\n${words.map(({ call }) => `\t${call} != "x"\n`).join('')}}\n`,
      'helpers.rego': 'package helpers\n\nloud if input.severity in {"critical", "error"}\n',
    });

    expect(words.filter(({ call }) => call === undefined)).toEqual([]);
    expect(tried).toMatchObject({ kind: 'compiled' });
  });
});

const CALLS: Readonly<Record<string, string>> = {
  'json.is_valid': 'json.is_valid("{}")',
  sprintf: 'sprintf("%s", [input.severity])',
  'regex.split': 'regex.split("-", input.namespace.name)',
  'yaml.is_valid': 'yaml.is_valid("a: 1")',
  'yaml.marshal': 'yaml.marshal({"a": 1})',
  'yaml.unmarshal': 'yaml.unmarshal("a: 1")',
};

describe('nothing is said of policies where opa', () => {
  test('is not there', async () => {
    expect(await tryOut({}, '/nowhere/opa')).toMatchObject({
      kind: 'unavailable',
      code: 'opa-missing',
      message: expect.stringMatching(/no opa at "\/nowhere\/opa".*OPA_PATH/),
    });
  });

  test('hangs', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-opa-'));
    const hanging = join(directory, 'opa');
    await writeFile(hanging, '#!/bin/sh\nexec sleep 600\n');
    await chmod(hanging, 0o755);

    const tried = await tryOut({}, hanging, { deadlineMs: 200 });
    await rm(directory, { recursive: true });

    expect(tried).toMatchObject({
      kind: 'unavailable',
      code: 'opa-failed',
      message: expect.stringContaining('200 ms'),
    });
  });
});
