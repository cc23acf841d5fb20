import { createEvaluate } from '../../policy/evaluate.ts';
import type { FileNames } from '../../policy/judge.ts';
import { createCompile, type PolicyFile } from '../../policy/opa.ts';
import { POLICY_NAMES, type PolicyName } from '../../policy/policy.ts';
import { createTryPolicies } from '../../policy/try-policies.ts';

export interface PolicyComplaint {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** For those of the three that are not looked at: each is judged as if the others were fine. */
const STAND_INS: Readonly<Record<PolicyName, string>> = {
  environment: 'package environment\n\nenvironment := "unknown"\n',
  labels: 'package labels\n\ncustom_labels := {}\n',
  priority: 'package priority\n\npriority := "P2"\n',
};

/** What the running monitor would say of these policies: compiled by the same opa, and tried over the same inputs. */
export async function complaintsAbout(
  files: readonly PolicyFile[],
  names: FileNames,
  opaPath: string,
): Promise<readonly PolicyComplaint[]> {
  const absent = POLICY_NAMES.filter((name) => !files.some((file) => file.name === names[name]));
  const set = [...files, ...absent.map((name) => ({ name: names[name], bytes: Buffer.from(STAND_INS[name]) }))];
  const tryPolicies = createTryPolicies({ compile: createCompile(opaPath), evaluate: createEvaluate() });
  const tried = await tryPolicies(set, names);
  switch (tried.kind) {
    case 'compiled':
      return [];
    case 'unavailable': {
      const message = `${tried.code}: the policies could not be compiled: ${tried.message}`;
      return [{ file: '*.rego', line: undefined, column: undefined, message }];
    }
    case 'refused':
      return tried.refusals.map(({ file, line, column, code, message }) => ({
        file,
        line,
        column,
        message: `${code}: ${message}`,
      }));
  }
}
