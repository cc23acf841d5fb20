import { startApp } from '../app.ts';
import { loadClusterAccess, type ClusterAccess } from '../cluster/kubeconfig.ts';
import { renderTerminal } from '../delivery/terminal.ts';
import type { Card } from '../domain/card.ts';
import type { CycleReport } from '../domain/report.ts';
import { isServerTrouble } from '../domain/snapshot.ts';
import { compareSeverity, type Severity } from '../domain/severity.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { reportLines } from './report-lines.ts';
import type { World } from './world.ts';

export interface OnceFlags extends EnvironmentFlags {
  readonly dryRun: boolean;
  readonly agents: boolean;
  readonly output: 'text' | 'json';
  readonly failOn?: Severity;
}

/** Slack gets this long to take what one cycle told; what is left waits on disk for the next start. */
const DELIVERY_MS = 60_000;

/** `once`: one manual cycle. JSON on stdout, everything else on stderr. */
export async function runOnce(world: World, flags: OnceFlags): Promise<number> {
  const context = openContext(world, flags, 'stderr', 'wait');
  // On a terminal the cards are the output; lines about each decision would bury them.
  if (world.stderr.isTTY === true && context.settings.current().logLevel === 'info') context.log.setLevel('warn');
  const access = loadClusterAccess({ explicitFile: context.environment.kubeconfig, environment: world.variables });
  const cards = new Map<string, Card>();
  await using app = await startApp({
    ...context,
    access,
    version: world.version,
    now: world.now,
    keep: flags.dryRun ? 'memory' : 'disk',
    withAgents: flags.agents,
    serve: false,
    onNotices: (notices) => {
      for (const { subject, content } of notices) if (content.kind === 'card') cards.set(subject, content.card);
    },
  });
  const { report } = await app.trigger({ trigger: 'manual', withAgents: flags.agents });
  await app.settled();
  if (!flags.dryRun) await app.delivery.flush(AbortSignal.any([world.stopping, AbortSignal.timeout(DELIVERY_MS)]));

  if (flags.output === 'json') {
    world.stdout.write(`${context.redact(JSON.stringify(report, undefined, 2))}\n`);
  } else {
    const width = world.stdout.columns ?? 100;
    const colors = world.stdout.isTTY === true;
    for (const card of cards.values())
      world.stdout.write(context.redact(`${renderTerminal(card, { width, colors, nowMs: world.now() })}\n\n`));
    world.stdout.write(context.redact(`${reportLines(report).join('\n')}\n`));
  }
  return exitCodeOf(report, flags.failOn, (line) => world.stderr.write(context.redact(line)), access);
}

function exitCodeOf(
  report: CycleReport,
  failOn: Severity | undefined,
  say: (line: string) => void,
  { server, source }: ClusterAccess,
): number {
  const unread = report.gaps.filter(({ cause, namespace }) => namespace === undefined && isServerTrouble(cause));
  if (report.checks.every((check) => check.evaluated !== 'yes' && check.evaluated !== 'partly') && unread.length > 0) {
    say(
      `k8s-monitor: the cluster at ${server} (from ${source}) could not be read: ${unread[0]?.detail ?? ''}. Nothing is verified; check that the API server is up, and that this address and these credentials are its own.\n`,
    );
    return EXIT.problems;
  }
  const failing = report.incidents.some(
    ({ state, severity }) => failOn !== undefined && state === 'open' && compareSeverity(severity, failOn) <= 0,
  );
  return failing ? EXIT.problems : EXIT.fine;
}
