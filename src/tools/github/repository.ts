import { MonitorError } from '../../errors.ts';

/** A repository that the operator listed, and the services that come out of it. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
  readonly services: readonly string[];
  /** Folders of those services in a repository that holds several; empty for the whole. */
  readonly paths: readonly string[];
}

/** @throws {MonitorError} `TOOL_INPUT_INVALID` that names the repositories there are */
export function repositoryNamed(repositories: readonly Repository[], asked: string): Repository {
  const wanted = asked
    .toLowerCase()
    .replace(/^https:\/\/[^/]+\//, '')
    .replace(/\.git$/, '');
  const found = repositories.find(({ owner, name }) => `${owner}/${name}`.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new MonitorError(
    'TOOL_INPUT_INVALID',
    `"${asked.slice(0, 200)}" is not one of the configured repositories. There are: ${repositoryList(repositories)}.`,
  );
}

/** `acme/checkout (checkout-api, checkout-worker; paths deploy)`. */
export function repositoryList(repositories: readonly Repository[]): string {
  return repositories
    .map(({ owner, name, services, paths }) => {
      const details = [services.join(', '), paths.length === 0 ? '' : `paths ${paths.join(', ')}`].filter(
        (part) => part !== '',
      );
      return `${owner}/${name}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
    })
    .join(', ');
}

/** A repository that can be asked for, since models copy examples. */
export function exampleOf(repositories: readonly Repository[]): string {
  const [first] = repositories;
  return first === undefined ? 'owner/name' : `${first.owner}/${first.name}`;
}
