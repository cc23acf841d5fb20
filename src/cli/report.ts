import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MonitorError } from '../errors.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { openRecordedCycles } from '../store/recorded-cycles.ts';
import { changeRows } from './change-rows.ts';
import { openContext } from './context.ts';
import { recordedId } from './cycle-id.ts';
import { EXIT } from './exit-code.ts';
import { reportLines } from './report-lines.ts';
import type { World } from './world.ts';

export interface ReportFlags extends EnvironmentFlags {
  /** Left out: JSON for a report, text for the list of changes. */
  readonly output?: 'text' | 'json';
  readonly limit: number;
}

/** The word that stands for the list of changed files where an id is expected. */
const CHANGES = 'changes';

/** `report ID` and `report changes`: what was recorded, also while the daemon runs on the same database. */
export async function runReport(world: World, flags: ReportFlags, id: string): Promise<number> {
  const { environment, redact } = openContext(world, flags, 'stderr');
  const file = join(environment.dataDir, 'k8s-monitor.db');
  if (!existsSync(file)) {
    throw new MonitorError(
      'REPORT_NOT_FOUND',
      `there is no database at ${file}: name the directory of the k8s-monitor that made the report with --data-dir`,
    );
  }
  const text = id === CHANGES ? await changesText(file, flags) : await reportText(file, flags, id);
  world.stdout.write(`${redact(text)}\n`);
  return EXIT.fine;
}

async function changesText(file: string, { output = 'text', limit }: ReportFlags): Promise<string> {
  await using recorded = await openRecordedCycles(file);
  const verdicts = (await recorded?.changes(limit)) ?? [];
  return output === 'json' ? JSON.stringify(verdicts, undefined, 2) : changeRows(verdicts).join('\n');
}

async function reportText(file: string, { output = 'json' }: ReportFlags, id: string): Promise<string> {
  await using recorded = await openRecordedCycles(file);
  const report = await recorded?.report(recordedId(id));
  if (report === undefined) {
    throw new MonitorError(
      'REPORT_NOT_FOUND',
      `no report of ${id} in ${file}: ids look like 2026-11-21T18:00:05Z-scheduled or INC-20261121_180005-001, and reports are kept for 14 days`,
    );
  }
  return output === 'json' ? JSON.stringify(report, undefined, 2) : reportLines(report).join('\n');
}
