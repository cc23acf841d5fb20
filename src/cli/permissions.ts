import { loadClusterAccess } from '../cluster/kubeconfig.ts';
import { checkPermissions, createReviewAccess, permissionQuestions, type Permission } from '../cluster/permissions.ts';
import { servedAmong } from '../cluster/served-kinds.ts';
import type { EnvironmentFlags } from '../settings/environment.ts';
import { customResourceGrants } from '../wiring/custom-resources.ts';
import { lostChecks, type LostChecks } from '../wiring/lost-checks.ts';
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
  const custom = await servedAmong(customResourceGrants(customResources), access.kubeConfig);
  const questions = permissionQuestions(namespaces.include, custom);
  const permissions = await checkPermissions(questions, createReviewAccess(access.kubeConfig));
  const lost = lostChecks(permissions, settings.current());
  world.stdout.write(
    flags.output === 'json'
      ? `${JSON.stringify(permissionDocument(access.server, permissions, lost), undefined, 2)}\n`
      : `${permissionLines(access.server, permissions, lost, flags.all === true).join('\n')}\n`,
  );
  return permissions.some(isMissing) ? EXIT.problems : EXIT.fine;
}

function isMissing({ allowed, optional }: Permission): boolean {
  return !allowed && !optional;
}

/** What `--output json` prints. */
function permissionDocument(server: string, permissions: readonly Permission[], lost: LostChecks): unknown {
  const { notEvaluated, seesLess, outOfScope } = lost;
  return {
    server,
    permissions: permissions.map((permission) =>
      permission.allowed ? permission : { ...permission, checks: lost.of(permission) },
    ),
    checks: { notEvaluated, seesLess, outOfScope },
  };
}

/**
 * One line when nothing is refused, else the refusals with what each costs: in words, and by the checks that are not evaluated or see less.
 *
 * @param all every right with its mark, also where nothing is refused
 */
export function permissionLines(
  server: string,
  permissions: readonly Permission[],
  lost: LostChecks,
  all: boolean,
): readonly string[] {
  const refused = permissions.filter(({ allowed }) => !allowed);
  const missing = refused.filter(isMissing);
  const summary = `${server}: ${permissions.length - refused.length} of ${permissions.length} allowed`;
  const verdict = [
    missing.length === 0
      ? 'Everything that is needed is allowed.'
      : `${missing.length} needed permissions are missing; k8s/rbac.yaml grants them.`,
    ...(lost.notEvaluated.length === 0 ? [] : [`${lost.notEvaluated.length} of ${lost.all} checks are not evaluated.`]),
  ].join(' ');
  const rows = rowsOf(all ? permissions : refused, lost);
  const outOfScope =
    lost.outOfScope.length === 0
      ? []
      : [`  cluster-wide, out of scope with namespaces.include: ${lost.outOfScope.join(', ')}`];
  return rows.length === 0 ? [`${summary}. ${verdict}`] : [summary, ...rows, ...outOfScope, verdict];
}

/** Verbs of one resource that were answered alike share a line: `✗ list, get pods in payments  lost: …`. */
function rowsOf(permissions: readonly Permission[], lost: LostChecks): readonly string[] {
  const alike = Map.groupBy(permissions, ({ resource, namespace, allowed }) =>
    [resource, namespace, String(allowed)].join(' '),
  );
  return [...alike.values()].flatMap((group) => {
    const [permission] = group;
    if (permission === undefined) return [];
    const { allowed, optional, lost: words, resource, namespace } = permission;
    const mark = allowed ? '✓' : optional ? '–' : '✗';
    const verbs = group.map(({ verb }) => verb).join(', ');
    const where = namespace === '' ? '' : ` in ${namespace}`;
    const cost = allowed ? '' : `  ${optional ? 'optional; without it: ' : 'lost: '}${words}`;
    return [`  ${mark} ${verbs.padEnd('list, get'.length)} ${resource}${where}${cost}`, ...checkLines(group, lost)];
  });
}

function checkLines(group: readonly Permission[], lost: LostChecks): readonly string[] {
  return group.flatMap((permission) => {
    const { notEvaluated, seesLess } = lost.of(permission);
    return [
      ...(notEvaluated.length === 0 ? [] : [`      not evaluated: ${notEvaluated.join(', ')}`]),
      ...(seesLess.length === 0 ? [] : [`      sees less: ${seesLess.join(', ')}`]),
    ];
  });
}
