import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { translate } from './sqlite-errors.ts';
import type { Tables } from './tables.ts';

/** Gives kysely a node:sqlite database in the shape of the driver it knows; SQLite's errors become ours here and nowhere else. */
export function kyselyOver(database: DatabaseSync, file: string): Kysely<Tables> {
  const translated = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw translate(error, file);
    }
  };
  return new Kysely<Tables>({
    dialect: new SqliteDialect({
      database: {
        close: () => database.close(),
        prepare: (query) => {
          // On a full disk SQLite has rolled back by itself; a second rollback would hide the reason behind its own complaint.
          if (query === 'rollback' && !database.isTransaction) return NOTHING;
          const statement = translated(() => database.prepare(query));
          // kysely types parameters as unknown; every one that reaches here came through a typed column of Tables.
          const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters.map(toSqlite);
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => translated(() => statement.all(...values(parameters))),
            run: (parameters) => translated(() => statement.run(...values(parameters))),
            iterate: (parameters) => statement.iterate(...values(parameters)),
          };
        },
      },
    }),
  });
}

const NOTHING = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

function toSqlite(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite has no type for ${typeof value}`);
}
