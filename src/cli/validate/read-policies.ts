import type { FileNames } from '../../policy/judge.ts';
import { complaintAt, lineAt, type Candidate, type Complaint, type ReadLine } from './collected.ts';
import { complaintsAbout } from './try-policies.ts';

export interface PolicyReading {
  readonly read: readonly ReadLine[];
  readonly complaints: readonly Complaint[];
}

/**
 * Compiles and tries the policies, each set that is mounted together by itself.
 *
 * @param names which file is which policy, as the settings have it
 */
export async function readPolicies(
  candidates: readonly Candidate[],
  names: FileNames,
  opaPath: string,
): Promise<PolicyReading> {
  const read: ReadLine[] = [];
  const complaints: Complaint[] = [];
  for (const set of Map.groupBy(candidates, ({ mount }) => mount).values()) {
    const about = await complaintsAbout(set, names, opaPath);
    for (const { file, line, column, message } of about) {
      const candidate = set.find(({ name }) => name === file) ?? set[0];
      if (candidate === undefined) continue;
      // opa counts from nothing where a file is empty.
      const place = line === undefined || line < 1 ? { line: undefined } : { line, column };
      complaints.push(complaintAt(candidate, place, 'problem', message));
    }
    if (about.length === 0) read.push(...set.map((candidate) => readLine(candidate, names)));
    complaints.push(...strangers(set, names));
  }
  return { read, complaints };
}

function readLine(candidate: Candidate, names: FileNames): ReadLine {
  const policy = Object.entries(names).find(([, name]) => name === candidate.name)?.[0];
  const lines = Buffer.from(candidate.bytes).toString('utf8').split('\n');
  const line = lines.findIndex((text) => text.startsWith('package ')) + 1;
  const what = policy === undefined ? 'a module for the policies beside it' : `the policy of ${policy}`;
  return { path: candidate.path, line: lineAt(candidate, Math.max(1, line)), what: `${what}, compiled and tried` };
}

/** Names under `rego` in the settings that none of these files has, where a set seems to be whole. */
function strangers(set: readonly Candidate[], names: FileNames): readonly Complaint[] {
  const absent = Object.entries(names).filter(([, name]) => !set.some((file) => file.name === name));
  const [first] = set;
  const spare = set.filter(({ name }) => !Object.values(names).includes(name));
  if (first === undefined || absent.length === 0 || spare.length === 0) return [];
  const missing = absent.map(([policy, name]) => `${name} (${policy})`).join(', ');
  const there = spare.map(({ name }) => name).join(', ');
  const message = `no file here is called ${missing}; is it ${there}? Rename it, or name it under rego in config.yaml`;
  return [complaintAt(first, { line: undefined }, 'warning', message)];
}
