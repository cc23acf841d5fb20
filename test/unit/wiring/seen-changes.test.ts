import { expect, test } from 'vitest';
import type { RecordedVerdict } from '../../../src/domain/change.ts';
import { createLogger } from '../../../src/log.ts';
import { createRedactor } from '../../../src/redact.ts';
import { createSeenChanges } from '../../../src/wiring/seen-changes.ts';
import { settingsOf } from '../../builders/settings.ts';

const HASH = 'a'.repeat(64);

async function seenChanges(
  audit: {
    readonly standing?: readonly RecordedVerdict[];
    readonly fails?: boolean;
  } = {},
) {
  const rows: RecordedVerdict[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const settings = settingsOf();
  const seen = await createSeenChanges({
    store: {
      audit: {
        record: async (verdicts) => void rows.push(...verdicts),
        list: async () => rows,
        standingRejections: () =>
          audit.fails === true ? Promise.reject(new Error('no disk')) : Promise.resolve(audit.standing ?? []),
      },
    },
    settings: () => settings,
    onVerdicts: () => undefined,
    newId: () => String(rows.length),
    redact: createRedactor(() => []),
    now: () => 0,
    log: createLogger({
      level: 'info',
      sink: { write: (line) => void lines.push(JSON.parse(line)) },
      redact: (text) => text,
      now: () => 0,
    }),
  });
  /** One edit of config.yaml, from one value to another. */
  const edit = async (before: unknown, after: unknown): Promise<void> => {
    const verdict = { file: 'config.yaml', outcome: 'accepted', sha256After: HASH } as const;
    await seen.settings({ verdict, isFirst: false, before, after, lineOf: () => 1 });
  };
  const refuse = async (code: string): Promise<void> => {
    const verdict = { file: 'config.yaml', outcome: 'rejected', sha256After: HASH, code, message: 'no' } as const;
    await seen.settings({ verdict, isFirst: false, before: {}, after: {}, lineOf: () => 1 });
  };
  return { seen, rows, lines, edit, refuse };
}

test('a list that is very long is cut in the log, whole in the row, and the widenings stand first', async () => {
  const { seen, rows, lines, edit } = await seenChanges();
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`key${index}`, index]));
  await edit({ signals: true }, { ...many, signals: false });

  expect(lines).toMatchObject([{ msg: 'settings changed', widened: ['signals: true → false'], notShown: 21 }]);
  expect(lines[0]?.['changes']).toHaveLength(100);
  expect(rows[0]?.changes).toHaveLength(121);
  expect(rows[0]?.changes[0]?.kind).toBe('widened');
  expect(seen.take()).toHaveLength(121);
  expect(seen.take()).toEqual([]);
});

test('what a file says reaches nobody as more than one line of plain text', async () => {
  const { seen, edit } = await seenChanges();
  await edit({ cluster_name: 'a' }, { cluster_name: '\u001B[2Jgone\nSEV-1\u202E' });

  expect(seen.take()[0]?.words).toBe('cluster_name: a →  [2Jgone SEV-1 ');
});

test('a credential that is cut off in the middle is redacted as a whole', async () => {
  const { seen, edit } = await seenChanges();
  // The words end at 300 characters, ten characters behind the beginning of the token.
  const field = 'f'.repeat(277);
  await edit({}, { [field]: `ghp_${'x'.repeat(36)}` });

  expect(seen.take()[0]?.words).toBe(`${field}: none → [redacted]`);
});

test('a refusal is one row for the same content and reason, also when it stood before the restart', async () => {
  const standing: RecordedVerdict = {
    id: 'x',
    atMs: 0,
    component: 'settings',
    file: 'config.yaml',
    outcome: 'rejected',
    sha256After: HASH,
    code: 'CONFIG_INVALID',
    changes: [],
  };
  const { rows, refuse, edit } = await seenChanges({ standing: [standing] });
  await refuse('CONFIG_INVALID');
  expect(rows).toEqual([]);

  await refuse('another');
  await refuse('another');
  await edit({}, {});
  await refuse('CONFIG_INVALID');
  expect(rows.map(({ outcome, code }) => `${outcome} ${code ?? ''}`)).toEqual([
    'rejected another',
    'accepted ',
    'rejected CONFIG_INVALID',
  ]);
});

test('a database that cannot say what stood costs a row, and is said', async () => {
  const { rows, lines, refuse } = await seenChanges({ fails: true });
  await refuse('CONFIG_INVALID');

  expect(rows).toHaveLength(1);
  expect(lines).toMatchObject([{ level: 'warn', msg: 'recorded changes could not be read' }]);
});
