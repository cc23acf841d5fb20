import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ReadSecret } from '../secret.ts';
import type { SecretName, Secrets } from '../settings/secrets.ts';

/**
 * The readers for a running process: a secret that cannot be read just now counts as not there, said once for each cause,
 * so that a broken mount costs what needs it and not the cycle.
 */
export function secretsOrNone({ read }: Pick<Secrets, 'read'>, log: Logger): Readonly<Record<SecretName, ReadSecret>> {
  const said = new Map<SecretName, string>();
  const tolerant =
    (name: SecretName): ReadSecret =>
    () => {
      try {
        const secret = read[name]();
        said.delete(name);
        return secret;
      } catch (error) {
        const complaint = messageOf(error);
        if (said.get(name) !== complaint) log.error('a secret cannot be read', { secret: name, detail: complaint });
        said.set(name, complaint);
        return undefined;
      }
    };
  return {
    ANTHROPIC_API_KEY: tolerant('ANTHROPIC_API_KEY'),
    OPENAI_API_KEY: tolerant('OPENAI_API_KEY'),
    SLACK_BOT_TOKEN: tolerant('SLACK_BOT_TOKEN'),
    GITHUB_TOKEN: tolerant('GITHUB_TOKEN'),
  };
}
