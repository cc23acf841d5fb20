import { loadClusterAccess } from '../cluster/kubeconfig.ts';
import { checkPermissions, createReviewAccess, permissionQuestions, type Permission } from '../cluster/permissions.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { customResourceGrants } from '../wiring/custom-resources.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

/** `permissions`: asks the API server, and says what each missing right costs. */
export async function runPermissions(
  world: World,
  flags: EnvironmentFlags & { readonly output: 'text' | 'json'; readonly all?: boolean },
): Promise<number> {
  const { environment, settings, log } = openContext(world, flags, 'stderr');
  log.setLevel('warn');
  const access = loadClusterAccess({ explicitFile: environment.kubeconfig, environment: world.variables });
  const { namespaces, customResources } = settings.current();
  const questions = permissionQuestions(namespaces.include, customResourceGrants(customResources));
  const permissions = await checkPermissions(questions, createReviewAccess(access.kubeConfig));
  if (flags.output === 'json')
    world.stdout.write(`${JSON.stringify({ server: access.server, permissions }, undefined, 2)}\n`);
  else world.stdout.write(`${permissionLines(access.server, permissions, flags.all === true).join('\n')}\n`);
  return permissions.some(isMissing) ? EXIT.problems : EXIT.fine;
}

function isMissing({ allowed, optional }: Permission): boolean {
  return !allowed && !optional;
}

/**
 * One line when nothing is refused, else the refusals with what each costs.
 *
 * @param all every right with its mark, also where nothing is refused
 */
export function permissionLines(server: string, permissions: readonly Permission[], all: boolean): readonly string[] {
  const refused = permissions.filter(({ allowed }) => !allowed);
  const missing = refused.filter(isMissing);
  const summary = `${server}: ${permissions.length - refused.length} of ${permissions.length} allowed`;
  const verdict =
    missing.length === 0
      ? 'Everything that is needed is allowed.'
      : `${missing.length} needed permissions are missing; k8s/rbac.yaml grants them.`;
  const rows = all ? permissions : refused;
  return rows.length === 0 ? [`${summary}. ${verdict}`] : [summary, ...rowsOf(rows), verdict];
}

/** Verbs of one resource that were answered alike share a line: `✗ list, get pods in payments  lost: …`. */
function rowsOf(permissions: readonly Permission[]): readonly string[] {
  const alike = Map.groupBy(permissions, ({ resource, namespace, allowed }) =>
    [resource, namespace, String(allowed)].join(' '),
  );
  return [...alike.values()].flatMap((group) => {
    const [permission] = group;
    if (permission === undefined) return [];
    const { allowed, optional, lost, resource, namespace } = permission;
    const mark = allowed ? '✓' : optional ? '–' : '✗';
    const verbs = group.map(({ verb }) => verb).join(', ');
    const where = namespace === '' ? '' : ` in ${namespace}`;
    const cost = allowed ? '' : `  ${optional ? 'optional; without it: ' : 'lost: '}${lost}`;
    return [`  ${mark} ${verbs.padEnd('list, get'.length)} ${resource}${where}${cost}`];
  });
}
