import { existsSync, readFileSync } from 'node:fs';
import { createGoogleToken } from '../model/google-token.ts';
import type { VertexAccess } from '../model/vertex.ts';
import type { Environment } from '../settings/environment.ts';

/** Empty where no Google project is named. */
export function vertexAccess(parts: {
  readonly environment: Environment;
  readonly now: () => number;
  readonly onCredential: (value: string) => void;
}): { readonly vertex?: VertexAccess } {
  const { vertexProject, vertexRegion, googleCredentialsFile: file, metadataHost } = parts.environment;
  if (vertexProject === undefined) return {};
  const token = createGoogleToken({
    // A file that is named and not there is a mistake, not a wish for the metadata server.
    readCredentials: () => (file === undefined ? undefined : existsSync(file) ? readFileSync(file, 'utf8') : ''),
    metadataHost,
    now: parts.now,
    onCredential: parts.onCredential,
  });
  return { vertex: { project: vertexProject, region: vertexRegion, token } };
}
