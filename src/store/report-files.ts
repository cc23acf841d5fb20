import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CycleReport } from '../domain/report.ts';
import { MonitorError, messageOf } from '../errors.ts';
import type { Redact } from '../redact.ts';
import { redacted } from './redacted.ts';

/** `INC-….json`, `2026-11-21T18-00-05Z-scheduled.json`: ':' is no good character in a file name. */
function reportFileName(id: string): string {
  return `${id.replaceAll(':', '-')}.json`;
}

/**
 * Writes a cycle's report, and one file for each of its incidents (the same report, cut down to it).
 *
 * @throws {MonitorError} `STORE_UNUSABLE` when the directory cannot be written
 */
export async function writeReportFiles(directory: string, report: CycleReport, redact: Redact): Promise<void> {
  const clean = redacted(report, redact);
  try {
    await mkdir(directory, { recursive: true });
    await writeWhole(directory, reportFileName(clean.cycle.id), clean);
    for (const incident of clean.incidents) {
      await writeWhole(directory, reportFileName(incident.id), reportOfIncident(clean, incident.id));
    }
  } catch (error) {
    throw new MonitorError(
      'STORE_UNUSABLE',
      `reports cannot be written to ${directory}: check that it exists, has room and is writable (${messageOf(error)})`,
      { retryable: true, cause: error },
    );
  }
}

/**
 * Deletes report files that nobody has written since, so that the volume they share with the database does not fill.
 *
 * @returns how many went; a directory that is not there has none
 */
export async function pruneReportFiles(directory: string, beforeMs: number): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  let removed = 0;
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const file = join(directory, name);
    const { mtimeMs } = await stat(file);
    if (mtimeMs >= beforeMs) continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
}

/** One incident's part of a cycle, in the form of the whole; only a whole cycle can be decided again. */
function reportOfIncident(report: CycleReport, incidentId: string): CycleReport {
  const incidents = report.incidents.filter(({ id }) => id === incidentId);
  const findings = new Set(incidents.flatMap((incident) => incident.findings));
  const { replay: _, ...rest } = report;
  return {
    ...rest,
    incidents,
    findings: report.findings.filter(({ id }) => findings.has(id)),
    decisions: report.decisions.filter(({ incident }) => incident === incidentId),
  };
}

/** A reader sees the old file or the new one, never half of one, whenever the process ends. */
async function writeWhole(directory: string, name: string, report: CycleReport): Promise<void> {
  const temporary = join(directory, `.${name}.writing`);
  try {
    await using file = await open(temporary, 'w');
    await file.writeFile(`${JSON.stringify(report, undefined, 2)}\n`);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, join(directory, name));
}
