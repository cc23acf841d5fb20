/** Where in a settings file a credential stands, and which Secret it belongs into. Never the credential itself. */
export interface MisplacedCredential {
  readonly path: readonly string[];
  /** The path for people: a key that is a credential itself is left out of it. */
  readonly shown: string;
  readonly belongsInto: string;
}

/** Keys that promise a credential, in either spelling: `bot_token`, `apiKey`. */
const NAMED = /(?:^|_)(?:api_?key|token|password|passwd|secret|private_key|client_secret)$/;

/** Texts that are nothing but a credential, and the environment variable of the service that takes it. */
type Shape = readonly [RegExp, string];
const SHAPES: readonly Shape[] = [
  [/^sk-ant-[\w-]{8,}/, 'ANTHROPIC_API_KEY'],
  [/^sk-[\w-]{16,}/, 'OPENAI_API_KEY'],
  [/^xox[a-z]-[\w-]{8,}|^xapp-[\w-]{8,}/, 'SLACK_BOT_TOKEN'],
  [/^(?:gh[pousr]_|github_pat_)\w{16,}/, 'GITHUB_TOKEN'],
  [/^https:\/\/hooks\.slack\.com\//, 'SLACK_BOT_TOKEN'],
  [/^eyJ[\w-]{8,}\.|^A(?:KIA|SIA)[A-Z0-9]{16}$|^AIza[\w-]{30,}$|-----BEGIN [A-Z ]*PRIVATE KEY-----/, ''],
  [/:\/\/[^\s:/@]*:[^\s/@]+@/, ''],
];

const BY_WORD: readonly (readonly [RegExp, string])[] = [
  [/slack|bot/, 'SLACK_BOT_TOKEN'],
  [/github/, 'GITHUB_TOKEN'],
  [/openai/, 'OPENAI_API_KEY'],
  [/llm|anthropic|claude|model/, 'ANTHROPIC_API_KEY'],
];

/** Every credential in what a settings file says, by the name of its key or by its shape. */
export function misplacedCredentials(value: unknown, path: readonly string[] = []): readonly MisplacedCredential[] {
  const found = (shape: Shape | undefined): MisplacedCredential => ({
    path,
    shown: path.map((key) => (shapeOf(key) === undefined ? key : '…')).join('.'),
    belongsInto: shape?.[1] || variableFor(path),
  });
  const keyShape = shapeOf(path.at(-1) ?? '');
  if (keyShape !== undefined) return [found(keyShape)];
  if (typeof value === 'string' || typeof value === 'number') {
    const shape = shapeOf(String(value));
    const named = value !== '' && NAMED.test(snakeCase(path.at(-1) ?? ''));
    return shape === undefined && !named ? [] : [found(shape)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => misplacedCredentials(inner, [...path, key]));
}

function shapeOf(text: string): Shape | undefined {
  return SHAPES.find(([pattern]) => pattern.test(text.trim()));
}

function variableFor(path: readonly string[]): string {
  const words = path.join('.').toLowerCase();
  return BY_WORD.find(([pattern]) => pattern.test(words))?.[1] ?? '';
}

function snakeCase(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
