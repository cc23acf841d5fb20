import type { DefinitionSettings } from './definition-settings.ts';

type ModelNote = 'unknown-model' | 'model-not-set' | 'model-not-allowed' | 'model-suffix';

export interface ModelChoice {
  /** A model id, or `inherit`. */
  readonly model: string;
  readonly note?: { readonly code: ModelNote; readonly message: string };
}

/** The only thing in a file that is ever expanded, and only in `model`. */
const REFERENCE = /^\$\{?([A-Z0-9_]+_MODEL)\}?$/;

/**
 * What `model` in front matter means: an alias, a full id, `inherit`, or `$NAME_MODEL` from the environment.
 *
 * @param written as in the file; `undefined` when absent
 */
export function chooseModel(written: string | undefined, settings: DefinitionSettings): ModelChoice {
  const wish = written?.trim() ?? '';
  const reference = REFERENCE.exec(wish)?.[1];
  if (reference === undefined) return resolve(wish, settings);
  const value = settings.env[reference]?.trim() ?? '';
  if (value === '') {
    const message = `the environment variable ${reference} is not set; the agent inherits the model`;
    return { model: 'inherit', note: { code: 'model-not-set', message } };
  }
  return resolve(value, settings);
}

function resolve(written: string, settings: DefinitionSettings): ModelChoice {
  const wish = written.replace(/\[1m\]$/i, '');
  if (wish === '' || wish.toLowerCase() === 'inherit') return { model: 'inherit' };
  const idOf = (name: string): string | undefined =>
    Object.hasOwn(settings.modelAliases, name.toLowerCase()) ? settings.modelAliases[name.toLowerCase()] : undefined;
  const model = idOf(wish) ?? wish;
  // A full id holds a version; a bare word that is no alias is a slip of the pen.
  if (idOf(wish) === undefined && !/^(?=.*[\d-])[A-Za-z0-9][\w.:@/-]{2,127}$/.test(wish)) {
    const known = Object.keys(settings.modelAliases).join(', ');
    const message = `"${wish.slice(0, 60)}" is no model; the agent inherits it. Use inherit, a full id, or one of ${known}`;
    return { model: 'inherit', note: { code: 'unknown-model', message } };
  }
  const allowed = settings.modelAllowList?.map((entry) => idOf(entry) ?? entry);
  if (allowed === undefined || allowed.includes(model)) {
    if (wish === written) return { model };
    return { model, note: { code: 'model-suffix', message: `[1m] has no effect here; ${wish} is used` } };
  }
  const fallback = idOf(settings.defaultModel) ?? settings.defaultModel;
  const message = `${model} is outside of the operator's allow-list; ${fallback} is used`;
  return { model: fallback, note: { code: 'model-not-allowed', message } };
}
