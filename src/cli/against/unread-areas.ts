import type { CycleReport } from '../../domain/report.ts';
import { isServerTrouble } from '../../domain/snapshot.ts';

const MOST_NAMED = 3;

/** What the cycles could not see because the API server did not answer them; `undefined`: it did. "As before" says nothing about that. */
export function unreadAreasNote(reports: readonly Pick<CycleReport, 'cycle' | 'gaps'>[]): string | undefined {
  const troubled = reports.flatMap(({ cycle, gaps }) => {
    const unread = gaps.filter(({ cause }) => isServerTrouble(cause)).map(({ resource }) => resource);
    return unread.length === 0 ? [] : [{ id: cycle.id, unread }];
  });
  const [first] = troubled;
  if (first === undefined) return undefined;
  const kinds = [...new Set(troubled.flatMap(({ unread }) => unread))];
  const more = kinds.length - MOST_NAMED;
  const named = `${kinds.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const which = troubled.length === 1 ? first.id : `${troubled.length} of these cycles`;
  return `${which} had no answer of the API server about ${named}: what was wrong there is not known and not decided again`;
}
