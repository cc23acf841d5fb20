import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Tables } from './tables.ts';

/** A monitor card that stands in the channel and is not over. */
export interface OpenMonitorCard {
  /** Of its message in the outbox. */
  readonly subject: string;
  /** SHA-256 of what it shows. */
  readonly shown: string;
}

/** Which monitor cards are open, so that a restart edits the one that is there. */
export interface MonitorMemory {
  load(): Promise<ReadonlyMap<string, OpenMonitorCard>>;
  /** `undefined`: over. */
  save(key: string, card: OpenMonitorCard | undefined): Promise<void>;
}

const PREFIX = 'monitor-card ';
const Row = z.object({ subject: z.string(), shown: z.string() });

export function createMonitorMemory(database: Kysely<Tables>): MonitorMemory {
  return {
    load: async () => {
      const rows = await database.selectFrom('installation').selectAll().where('key', 'like', `${PREFIX}%`).execute();
      return new Map(rows.map(({ key, value }) => [key.slice(PREFIX.length), Row.parse(JSON.parse(value))]));
    },
    save: async (key, card) => {
      if (card === undefined) {
        await database
          .deleteFrom('installation')
          .where('key', '=', PREFIX + key)
          .execute();
        return;
      }
      const value = JSON.stringify(card);
      await database
        .insertInto('installation')
        .values({ key: PREFIX + key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute();
    },
  };
}
