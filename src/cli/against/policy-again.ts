import { tierOf } from '../../definitions/matching.ts';
import type { Definitions } from '../../domain/definitions.ts';
import type { DecidingSettings } from '../../domain/replay.ts';
import { MonitorError } from '../../errors.ts';
import { assessBuiltin } from '../../policy/builtin-policy.ts';
import { createEvaluate } from '../../policy/evaluate.ts';
import type { FileNames } from '../../policy/judge.ts';
import { createCompile, type Compiled, type PolicyFile } from '../../policy/opa.ts';
import type { Assess } from '../../policy/policy.ts';
import { createRegoPolicy } from '../../policy/rego-policy.ts';
import { createTryPolicies } from '../../policy/try-policies.ts';
import { answersOf, bareFinding } from '../../wiring/recorded-answers.ts';
import type { ReplayableReport } from '../../wiring/replay-cycle.ts';
import { sha256Of, type FilesOfCycle } from './files-of-cycle.ts';

interface PolicyAgain {
  readonly assess: Assess;
  readonly note?: string;
}

export type AskPolicyAgain = (
  report: ReplayableReport,
  files: FilesOfCycle,
  edited: { readonly definitions: Definitions; readonly settings: DecidingSettings; readonly policies: boolean },
) => Promise<PolicyAgain>;

/**
 * Policy for a recorded cycle. Where nothing that it reads has changed, its answers of then stand, and no `opa` is needed.
 *
 * @throws {MonitorError} `POLICY_INVALID` when it must be asked and cannot be
 */
export function createPolicyAgain(parts: { readonly opaPath: string; readonly names: FileNames }): AskPolicyAgain {
  const evaluate = createEvaluate();
  const tryPolicies = createTryPolicies({ compile: createCompile(parts.opaPath), evaluate });
  const tried = new Map<string, Promise<Compiled>>();
  const compiled = (set: readonly PolicyFile[]): Promise<Compiled> => {
    const key = set.map(({ name, bytes }) => `${name} ${sha256Of(bytes)}`).join('\n');
    const known = tried.get(key) ?? tryPolicies(set, parts.names);
    tried.set(key, known);
    return known;
  };

  return async (report, files, edited) => {
    const recorded: PolicyAgain = { assess: answersOf(report.findings) };
    const otherEnvironments = !isSame(edited.settings.environments, report.replay.settings.environments);
    const otherTiers = report.findings.some(
      (finding) => tierOf(bareFinding(finding), edited.definitions) !== finding.tier,
    );
    const mustAsk = edited.policies || otherEnvironments;
    if (!mustAsk && !otherTiers) return recorded;
    const set = [...files.now].flatMap(([name, bytes]) => (name.endsWith('.rego') ? [{ name, bytes }] : []));
    const hadRego = report.definitions.files.some(({ name }) => name.endsWith('.rego'));
    if (set.length === 0 && !hadRego) return { assess: assessBuiltin };
    const isOther = [...files.missing, ...files.replaced.map(({ file }) => file)].some(({ name }) =>
      name.endsWith('.rego'),
    );
    const asThen = {
      ...recorded,
      note: `the policies of ${report.cycle.id} are not at hand: what they said then stands, moved by the new tiers`,
    };
    if (isOther && !mustAsk) return asThen;
    const outcome = await compiled(set);
    switch (outcome.kind) {
      case 'compiled':
        return {
          assess: createRegoPolicy({ wasm: outcome.wasm, files: parts.names, evaluate, onTrouble: () => undefined }),
        };
      case 'unavailable':
        if (!mustAsk) return asThen;
        throw new MonitorError('POLICY_INVALID', `the policies cannot be asked again: ${outcome.message}`);
      case 'refused': {
        const words = outcome.refusals.map(
          ({ file, line, message }) => `${[file, line].filter((part) => part !== undefined).join(':')}: ${message}`,
        );
        throw new MonitorError(
          'POLICY_INVALID',
          `with the policies of ${report.cycle.id} these are no set: ${words.join('; ')}; give all three, or their directory with --policies-dir`,
        );
      }
    }
  };
}

/** Lines aside: an entry that has moved says the same. The order of globs counts. */
function isSame(left: DecidingSettings['environments'], right: DecidingSettings['environments']): boolean {
  const words = ({ cluster, namespaces }: DecidingSettings['environments']): string =>
    JSON.stringify([cluster ?? null, Object.entries(namespaces)]);
  return words(left) === words(right);
}
