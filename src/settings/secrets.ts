import { MonitorError, messageOf } from '../errors.ts';
import { Secret, type ReadSecret } from '../secret.ts';

export const SECRET_NAMES = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'SLACK_BOT_TOKEN', 'GITHUB_TOKEN'] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

export interface Secrets {
  readonly read: Readonly<Record<SecretName, ReadSecret>>;
  /** The values seen last, the rotated ones too: an old token in a late error is still a secret. */
  readonly inUse: () => readonly Secret[];
  /** A secret that came another way, such as the token of a kubeconfig: masked from now on. */
  readonly remember: (value: string) => void;
  /** Whether the installation means to have it: the variable, or its file's, is set, be the file there or not. */
  readonly isConfigured: (name: SecretName) => boolean;
  /** One sentence for each `NAME_FILE` whose file is not there: what it names counts as not configured. */
  readonly missing: () => readonly string[];
}

/** A token of a ServiceAccount changes every hour; after days an old one is void, and each one that is remembered costs a search in every text. */
const MOST_REMEMBERED = 64;

/**
 * `NAME` from the environment, or `NAME_FILE`: a file that is read at each use, so that a rotated Secret volume is in force at the next call.
 *
 * @param readFile `undefined` when there is no such file; throws when it cannot be read
 *
 * The readers throw {MonitorError} `SECRET_UNREADABLE` naming variable, file and remedy.
 */
export function createSecrets(
  variables: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string | undefined,
): Secrets {
  const seen = new Map<string, Secret>();
  const remember = (value: string): Secret => {
    const secret = seen.get(value) ?? new Secret(value);
    // What was used last stands last, and the first goes when there are too many.
    seen.delete(value);
    seen.set(value, secret);
    const [oldest] = seen.keys();
    if (seen.size > MOST_REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return secret;
  };
  const readerOf =
    (name: SecretName): ReadSecret =>
    () => {
      const file = variables[`${name}_FILE`]?.trim();
      if (file === undefined || file === '') {
        const value = variables[name]?.trim();
        return value === undefined || value === '' ? undefined : remember(value);
      }
      let text: string | undefined;
      try {
        text = readFile(file);
      } catch (cause) {
        throw new MonitorError(
          'SECRET_UNREADABLE',
          `${name}_FILE points to ${file}, which cannot be read (${messageOf(cause)}): mount the Secret there or unset the variable`,
          { retryable: true, cause },
        );
      }
      const value = text?.trim() ?? '';
      return value === '' ? undefined : remember(value);
    };
  return {
    read: {
      ANTHROPIC_API_KEY: readerOf('ANTHROPIC_API_KEY'),
      OPENAI_API_KEY: readerOf('OPENAI_API_KEY'),
      SLACK_BOT_TOKEN: readerOf('SLACK_BOT_TOKEN'),
      GITHUB_TOKEN: readerOf('GITHUB_TOKEN'),
    },
    inUse: () => [...seen.values()],
    remember: (value) => void remember(value),
    isConfigured: (name) => [variables[name], variables[`${name}_FILE`]].some((value) => (value?.trim() ?? '') !== ''),
    missing: () =>
      SECRET_NAMES.flatMap((name) => {
        const file = variables[`${name}_FILE`]?.trim() ?? '';
        return file === '' || isThere(file, readFile)
          ? []
          : [`${name}_FILE points to ${file}, which is not there: ${name} counts as not configured`];
      }),
  };
}

/** A file that is there and cannot be read is told by whoever needs it. */
function isThere(file: string, readFile: (path: string) => string | undefined): boolean {
  try {
    return readFile(file) !== undefined;
  } catch {
    return true;
  }
}
