import type { Kysely } from 'kysely';
import type { Trigger } from '../domain/cycle.ts';
import type { Owner } from '../domain/object-ref.ts';
import type { Redact } from '../redact.ts';
import type { Tables } from './tables.ts';

/** One definition file as it last parsed. */
interface GoodDefinition {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly savedAtMs: number;
}

export interface LastGoodDefinitions {
  load(): Promise<readonly GoodDefinition[]>;
  save(definition: GoodDefinition): Promise<void>;
  forget(name: string): Promise<void>;
  /** Any text that was accepted, by its hash; kept as long as reports that may have used it. */
  version(sha256: string): Promise<Uint8Array | undefined>;
}

/** What a cycle could resolve, for cycles that cannot. */
export interface KnownOwners {
  /** Owners by `kind/namespace/name` of what they own. */
  load(): Promise<ReadonlyMap<string, Owner>>;
  save(
    known: readonly {
      readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
      readonly owner: Owner;
    }[],
    seenAtMs: number,
  ): Promise<void>;
}

export interface Spend {
  /** @param day `2026-11-21` in the zone that the budget counts in */
  add(day: string, usd: number, calls: number): Promise<void>;
  on(day: string): Promise<number>;
}

export interface CycleEnds {
  /** When a cycle of this kind last ended. */
  last(trigger: Trigger): Promise<number | undefined>;
  record(trigger: Trigger, endedAtMs: number): Promise<void>;
}

type ClusterId = () => string;

function ownerKey(object: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/**
 * Bytes are kept as they are, unless the redactor finds a credential in them: then the masked text is the last good one. It reads the same to
 * the agents, whose prompts pass the same redactor.
 */
export function createLastGood(
  database: Kysely<Tables>,
  clusterId: ClusterId,
  redact: Redact,
  now: () => number,
): LastGoodDefinitions {
  const outOfUse = (transaction: Kysely<Tables>, name: string): Promise<unknown> =>
    transaction
      .updateTable('file_version')
      .set({ used_until_ms: now() })
      .where('sha256', 'in', (select) =>
        select.selectFrom('definition').select('sha256').where('cluster_id', '=', clusterId()).where('name', '=', name),
      )
      .execute();
  return {
    load: async () => {
      const rows = await database
        .selectFrom('definition')
        .selectAll()
        .where('cluster_id', '=', clusterId())
        .orderBy('name')
        .execute();
      return rows.map(({ name, sha256, bytes, saved_at_ms: savedAtMs }) => ({ name, sha256, bytes, savedAtMs }));
    },
    save: async ({ name, sha256, bytes, savedAtMs }) => {
      const text = Buffer.from(bytes).toString('utf8');
      const clean = redact(text);
      const row = { sha256, bytes: clean === text ? bytes : Buffer.from(clean), saved_at_ms: savedAtMs };
      await database.transaction().execute(async (transaction) => {
        await outOfUse(transaction, name);
        await transaction
          .insertInto('file_version')
          .values({ sha256, bytes: row.bytes, used_until_ms: now() })
          .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ used_until_ms: now() }))
          .execute();
        await transaction
          .insertInto('definition')
          .values({ cluster_id: clusterId(), name, ...row })
          .onConflict((conflict) => conflict.columns(['cluster_id', 'name']).doUpdateSet(row))
          .execute();
      });
    },
    version: async (sha256) => {
      const row = await database
        .selectFrom('file_version')
        .select('bytes')
        .where('sha256', '=', sha256)
        .executeTakeFirst();
      return row?.bytes;
    },
    forget: async (name) => {
      await outOfUse(database, name);
      await database.deleteFrom('definition').where('cluster_id', '=', clusterId()).where('name', '=', name).execute();
    },
  };
}

export function createKnownOwners(database: Kysely<Tables>, clusterId: ClusterId): KnownOwners {
  return {
    load: async () => {
      const rows = await database.selectFrom('owner').selectAll().where('cluster_id', '=', clusterId()).execute();
      return new Map(
        rows.map((row) => [ownerKey(row), { kind: row.owner_kind, namespace: row.namespace, name: row.owner_name }]),
      );
    },
    save: async (known, seenAtMs) => {
      if (known.length === 0) return;
      await database.transaction().execute(async (transaction) => {
        for (const { object, owner } of known) {
          const row = { owner_kind: owner.kind, owner_name: owner.name, seen_at_ms: seenAtMs };
          const { kind, namespace, name } = object;
          await transaction
            .insertInto('owner')
            .values({ cluster_id: clusterId(), kind, namespace, name, ...row })
            .onConflict((conflict) => conflict.columns(['cluster_id', 'kind', 'namespace', 'name']).doUpdateSet(row))
            .execute();
        }
      });
    },
  };
}

export function createSpend(database: Kysely<Tables>, clusterId: ClusterId): Spend {
  return {
    add: async (day, usd, calls) => {
      await database
        .insertInto('spend')
        .values({ cluster_id: clusterId(), day, usd, calls })
        .onConflict((conflict) =>
          conflict
            .columns(['cluster_id', 'day'])
            .doUpdateSet((row) => ({ usd: row('spend.usd', '+', usd), calls: row('spend.calls', '+', calls) })),
        )
        .execute();
    },
    on: async (day) => {
      const row = await database
        .selectFrom('spend')
        .select('usd')
        .where('cluster_id', '=', clusterId())
        .where('day', '=', day)
        .executeTakeFirst();
      return row?.usd ?? 0;
    },
  };
}

export function createCycleEnds(database: Kysely<Tables>, clusterId: ClusterId): CycleEnds {
  return {
    last: async (trigger) => {
      const row = await database
        .selectFrom('cycle_end')
        .select('ended_at_ms')
        .where('cluster_id', '=', clusterId())
        .where('trigger', '=', trigger)
        .executeTakeFirst();
      return row?.ended_at_ms;
    },
    record: async (trigger, endedAtMs) => {
      await database
        .insertInto('cycle_end')
        .values({ cluster_id: clusterId(), trigger, ended_at_ms: endedAtMs })
        .onConflict((conflict) => conflict.columns(['cluster_id', 'trigger']).doUpdateSet({ ended_at_ms: endedAtMs }))
        .execute();
    },
  };
}
