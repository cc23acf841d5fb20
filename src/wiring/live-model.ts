import { randomBytes } from 'node:crypto';
import { MonitorError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Redact } from '../redact.ts';
import type { Environment } from '../settings/environment.ts';
import type { Secrets } from '../settings/secrets.ts';
import type { Settings } from '../settings/settings.ts';
import { createAskAgain } from './ask-again.ts';
import { openModel } from './open-model.ts';
import { secretsOrNone } from './secrets-or-none.ts';

/**
 * The escalation agents, for `--live`. The budgets hold as always: the day's includes what the monitor has spent, read from its database; what
 * is spent here is not written there.
 *
 * @throws {MonitorError} `CONFIG_INVALID` when no model can be asked
 */
export function openLive(parts: {
  readonly environment: Environment;
  readonly secrets: Secrets;
  readonly settings: Settings;
  readonly spentOn: (day: string) => Promise<number>;
  readonly redact: Redact;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}): ReturnType<typeof createAskAgain> {
  const { environment, secrets, settings, spentOn, redact, now, signal, log } = parts;
  // What an agent did stands in the result; a failure is worth a line of its own.
  log.setLevel('warn');
  const spentHere = new Map<string, number>();
  const model = openModel({
    environment,
    settings: () => settings,
    secrets,
    credentials: secretsOrNone(secrets, log),
    spend: {
      load: async (day) => (await spentOn(day)) + (spentHere.get(day) ?? 0),
      add: (day, usd) => {
        spentHere.set(day, (spentHere.get(day) ?? 0) + usd);
        return Promise.resolve();
      },
    },
    onCall: () => undefined,
    now,
    log,
  });
  const missing = model.missing();
  if (missing !== undefined) {
    throw new MonitorError('CONFIG_INVALID', `--live asks the model, and it cannot be asked: ${missing}`);
  }
  return createAskAgain({
    model,
    settings,
    redact,
    newFenceMarker: () => randomBytes(8).toString('hex'),
    signal,
    log,
  });
}
