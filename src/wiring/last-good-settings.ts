import { createHash } from 'node:crypto';
import type { LastGoodTexts } from '../settings/read-settings.ts';
import type { Store } from '../store/store.ts';

const FOLDER = 'settings/';

/** Whether a row of the last good files is a settings file's. */
export const isSettingsRow = (name: string): boolean => name.startsWith(FOLDER);

/** The last good settings in the same table as the last good definitions. */
export function lastGoodSettings({ lastGood }: Pick<Store, 'lastGood'>, now: () => number): LastGoodTexts {
  return {
    load: async () =>
      new Map(
        (await lastGood.load())
          .filter(({ name }) => isSettingsRow(name))
          .map(({ name, bytes, savedAtMs }) => [
            name.slice(FOLDER.length),
            { text: Buffer.from(bytes).toString('utf8'), acceptedAtMs: savedAtMs },
          ]),
      ),
    save: async (name, text) => {
      const bytes = Buffer.from(text);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await lastGood.save({ name: FOLDER + name, bytes, sha256, savedAtMs: now() });
    },
    forget: (name) => lastGood.forget(FOLDER + name),
  };
}
