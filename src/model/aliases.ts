/** Short names that people write; an operator's `models` may move them or add others. */
export const MODEL_ALIASES: Readonly<Record<string, string>> = {
  haiku: 'claude-haiku-5-5',
  sonnet: 'claude-sonnet-5-5',
  opus: 'claude-opus-5-5',
  default: 'claude-sonnet-5-5',
};

/** The model id behind a name; a name that is no alias is an id already. */
export function modelIdOf(name: string, aliases: Readonly<Record<string, string>> = MODEL_ALIASES): string {
  return (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
}
