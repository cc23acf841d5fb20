import type { Environment } from '../settings/environment.ts';
import type { ProviderName } from '../settings/schema.ts';
import type { Secrets } from '../settings/secrets.ts';

/** What a provider needs before settings may name it and is not there, with the remedy; asked at each change of it. */
export function createProviderLacks(
  secrets: Pick<Secrets, 'read'>,
  environment: Pick<Environment, 'vertexProject'>,
): (provider: ProviderName) => string | undefined {
  const keyMissing = (name: 'ANTHROPIC_API_KEY' | 'OPENAI_API_KEY'): string | undefined => {
    try {
      return secrets.read[name]() === undefined ? `put its key into the Secret as ${name}` : undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  return (provider) => {
    switch (provider) {
      case 'anthropic':
        return keyMissing('ANTHROPIC_API_KEY');
      case 'openai':
        return keyMissing('OPENAI_API_KEY');
      case 'vertex_ai':
        return environment.vertexProject === undefined
          ? 'set ANTHROPIC_VERTEX_PROJECT_ID (and CLOUD_ML_REGION) in the environment'
          : undefined;
      case 'none':
        return undefined;
    }
  };
}
