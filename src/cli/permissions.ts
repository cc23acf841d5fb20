import { loadClusterAccess } from '../cluster/kubeconfig.ts';
import { checkPermissions, createReviewAccess, permissionQuestions, type Permission } from '../cluster/permissions.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

/** `permissions`: asks the API server, and says what each missing right costs. */
export async function runPermissions(
  world: World,
  flags: EnvironmentFlags & { readonly output: 'text' | 'json' },
): Promise<number> {
  const { environment, settings, log } = openContext(world, flags, 'stderr');
  log.setLevel('warn');
  const access = loadClusterAccess({ explicitFile: environment.kubeconfig, environment: world.variables });
  const { include } = settings.current().namespaces;
  const permissions = await checkPermissions(permissionQuestions(include), createReviewAccess(access.kubeConfig));
  if (flags.output === 'json')
    world.stdout.write(`${JSON.stringify({ server: access.server, permissions }, undefined, 2)}\n`);
  else world.stdout.write(`${tableOf(access.server, permissions).join('\n')}\n`);
  return permissions.some(isMissing) ? EXIT.problems : EXIT.fine;
}

function isMissing({ allowed, optional }: Permission): boolean {
  return !allowed && !optional;
}

function tableOf(server: string, permissions: readonly Permission[]): readonly string[] {
  const refused = permissions.filter(({ allowed }) => !allowed);
  const missing = refused.filter(isMissing);
  const where = ({ namespace }: Permission): string => (namespace === '' ? '' : ` in ${namespace}`);
  return [
    `${server}: ${permissions.length - refused.length} of ${permissions.length} allowed`,
    ...permissions.map((permission) => {
      const mark = permission.allowed ? '✓' : permission.optional ? '–' : '✗';
      const lost = permission.allowed
        ? ''
        : `  ${permission.optional ? 'optional; without it: ' : 'lost: '}${permission.lost}`;
      return `  ${mark} ${permission.verb.padEnd(4)} ${permission.resource}${where(permission)}${lost}`;
    }),
    missing.length === 0
      ? 'Everything that is needed is allowed.'
      : `${missing.length} needed permissions are missing; k8s/rbac.yaml grants them.`,
  ];
}
