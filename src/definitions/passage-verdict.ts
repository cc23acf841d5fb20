import type { Severity } from '../domain/severity.ts';

/** What a model wants the SREs' text to permit. */
export type PassageRequest =
  | { readonly to: 'silence' }
  | { readonly to: 'lower'; readonly severity: Severity }
  | { readonly to: 'delay' };

type PassageRefusal =
  | 'too-short'
  | 'not-found'
  | 'heading-only'
  | 'history'
  | 'about-another-object'
  | 'other-reason'
  | 'other-environment'
  | 'environment-unread'
  | 'does-not-permit'
  | 'negated'
  | 'below-named-severity'
  | 'window-unread'
  | 'outside-window'
  | 'expired';

export type PassageVerdict =
  | {
      readonly ok: true;
      readonly file: string;
      readonly line: number;
      /** The bullet or sentence as it stands in the file. */
      readonly text: string;
      /** For `lower`: no lower than this. */
      readonly severity?: Severity;
      /** For `delay`: no longer than this, counted from onset. */
      readonly untilMs?: number;
    }
  | { readonly ok: false; readonly reason: PassageRefusal; readonly detail: string };

export function refuse(reason: PassageRefusal, detail: string): PassageVerdict & { ok: false } {
  return { ok: false, reason, detail };
}

export const UNREAD_ENVIRONMENT = refuse(
  'environment-unread',
  'it names an environment or a place in a way that code cannot compare',
);
