import { writeFileSync } from 'node:fs';
import { CHECKS } from '../src/checks/catalogue.ts';
import type { Check } from '../src/checks/check.ts';
import { FAMILIES, type Family } from '../src/domain/finding.ts';

/** `docs/checks.md` as code: what every check sees and how to change it. `npm run checks-page` writes the file. */
export const CHECKS_PAGE_FILE = 'docs/checks.md';

const INTRODUCTION = `# Checks

Generated from the checks themselves (\`npm run checks-page\`).

A check states a finding only after its grace, counted from when the trouble began. Where it may not read what it needs, it is
*not evaluated*: it states nothing there and resolves nothing, and the report, the card and \`k8s-monitor permissions\` say so. What it
merely uses makes its findings better: the owner, the standing of the workload, the words of an event.

The worst impact is what a check can state at most: \`critical\` nothing is left, \`error\` a part is lost, \`warning\` at risk, \`info\` untidy.
Patrols run only the checks that can reach \`error\`.

Every check can be switched off or changed in \`config.yaml\`; what is left out stays as it is:

\`\`\`yaml
checks:
  crash-loop:
    enabled: false
  node-cordoned:
    grace: 72h
    impact: warning
\`\`\`
`;

const MINUTE_MS = 60_000;
const UNITS: readonly (readonly [string, number])[] = [
  ['d', 24 * 60 * MINUTE_MS],
  ['h', 60 * MINUTE_MS],
  ['m', MINUTE_MS],
  ['s', 1_000],
];

/** The text of `docs/checks.md`. */
export function checksPageText(): string {
  const sections = FAMILIES.flatMap((family) => familySection(family));
  return `${[INTRODUCTION, overview(), ...sections].join('\n')}`;
}

function overview(): string {
  const rows = FAMILIES.flatMap((family) =>
    ofFamily(family).map(
      ({ id, worstImpact, graceMs }) => `| [${id}](#${id}) | ${family} | ${worstImpact} | ${durationText(graceMs)} |`,
    ),
  );
  return [
    `${String(CHECKS.length)} checks:\n`,
    '| check | family | worst impact | grace |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function familySection(family: Family): readonly string[] {
  const checks = ofFamily(family);
  return checks.length === 0 ? [] : [`## ${family}\n`, ...checks.map(checkSection)];
}

function checkSection({ id, sees, cannotSee, needs, uses, graceMs, worstImpact }: Check): string {
  return [
    `### ${id}\n`,
    `${sees}\n`,
    `- needs to read: ${needs.join(', ')}`,
    ...(uses.length === 0 ? [] : [`- uses: ${uses.join(', ')}`]),
    `- grace: ${durationText(graceMs)}; worst impact: ${worstImpact}`,
    `- cannot see: ${cannotSee}`,
    `- to switch it off: \`checks: { ${id}: { enabled: false } }\``,
    '',
  ].join('\n');
}

function ofFamily(family: Family): readonly Check[] {
  return CHECKS.filter((check) => check.family === family);
}

/** As `config.yaml` takes it: `2m`, `24h`. */
function durationText(durationMs: number): string {
  const [unit, lengthMs] = UNITS.find(([, length]) => durationMs >= length && durationMs % length === 0) ?? ['ms', 1];
  return `${String(durationMs / lengthMs)}${unit}`;
}

if (import.meta.main) writeFileSync(CHECKS_PAGE_FILE, checksPageText());
