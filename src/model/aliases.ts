/**
 * The model id behind a name that people write; a name that is no alias is an id already.
 *
 * @param aliases `haiku`, `sonnet`, `opus` and whatever the operator's `models` adds or moves
 */
export function modelIdOf(name: string, aliases: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
}
