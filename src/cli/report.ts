import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MonitorError } from '../errors.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { loadStoredReport } from '../store/stored-report.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

/** `report ID`: what was recorded, also while the daemon runs on the same database. */
export async function runReport(world: World, flags: EnvironmentFlags, id: string): Promise<number> {
  const { environment, redact } = openContext(world, flags, 'stderr');
  const file = join(environment.dataDir, 'k8s-monitor.db');
  const report = await loadStoredReport(file, asRecorded(id));
  if (report === undefined && !existsSync(file)) {
    throw new MonitorError(
      'REPORT_NOT_FOUND',
      `there is no database at ${file}: name the directory of the k8s-monitor that made the report with --data-dir`,
    );
  }
  if (report === undefined) {
    throw new MonitorError(
      'REPORT_NOT_FOUND',
      `no report of ${id} in ${file}: ids look like 2026-11-21T18:00:05Z-scheduled or INC-20261121_180005-001, and reports are kept for 14 days`,
    );
  }
  world.stdout.write(`${redact(JSON.stringify(report, undefined, 2))}\n`);
  return EXIT.fine;
}

/** File names carry `-` where an id has `:`; people copy either. */
function asRecorded(id: string): string {
  return id.replace(/\.json$/, '').replace(/^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)Z/, '$1:$2:$3Z');
}
