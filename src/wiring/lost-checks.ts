import { checksWith } from '../checks/catalogue.ts';
import { allRows } from '../checks/custom-resource/shipped-rows.ts';
import type { Check } from '../checks/check.ts';
import { snapshotKinds, type GrantedKind } from '../cluster/kinds.ts';
import { resourceText, type Permission } from '../cluster/permissions.ts';
import { grantOf } from '../cluster/custom-resources.ts';
import { customResourceName } from '../domain/custom-resource.ts';
import type { ReadName } from '../domain/snapshot.ts';
import type { Settings } from '../settings/settings.ts';

/** What refused permissions cost, by the ids of the checks. */
export interface LostChecks {
  /** How many there are, without those that are switched off. */
  readonly all: number;
  /** Everywhere, or in the namespaces where something that they need is refused. */
  readonly notEvaluated: readonly string[];
  /** They work, and miss an owner, an event or the like. */
  readonly seesLess: readonly string[];
  /** What they need is cluster-wide, and the settings name namespaces. */
  readonly outOfScope: readonly string[];
  /** Of one permission; nothing for one that is allowed, or that no check asks for. */
  readonly of: (permission: Permission) => Loss;
}

interface Loss {
  readonly notEvaluated: readonly string[];
  readonly seesLess: readonly string[];
}

const NOTHING: Loss = { notEvaluated: [], seesLess: [] };

/** Checks read lists: a refused `get` costs the agents something, and no check. */
export function lostChecks(
  permissions: readonly Permission[],
  { checks: settings, customResources, namespaces }: Pick<Settings, 'checks' | 'customResources' | 'namespaces'>,
): LostChecks {
  const names = readNames(customResources);
  const nameOf = ({ verb, resource }: Permission): ReadName | undefined =>
    verb === 'list' ? names.get(resource) : undefined;
  const running = checksWith(customResources).filter(({ id }) => settings[id]?.enabled !== false);
  const isScoped = namespaces.include !== undefined && namespaces.include.length > 0;
  const clusterWide = new Set<ReadName>([
    ...Object.values(snapshotKinds).flatMap(({ kind, namespaced }) => (namespaced ? [] : [kind])),
    ...allRows(customResources).flatMap((row) => (row.namespaced ? [] : [customResourceName(row)])),
  ]);
  const isOutOfScope = ({ needs }: Check): boolean => isScoped && needs.some((name) => clusterWide.has(name));
  const inScope = running.filter((check) => !isOutOfScope(check));

  const refused = permissions.flatMap((permission) => {
    const name = permission.allowed ? undefined : nameOf(permission);
    return name === undefined ? [] : [{ permission, name }];
  });
  const refusedIn = Map.groupBy(refused, ({ permission }) => permission.namespace);
  const losses = new Map<Permission, Loss>();
  for (const group of refusedIn.values()) {
    const missing = group.map(({ name }) => name);
    const lost = new Set(inScope.filter(({ needs }) => missing.some((name) => needs.includes(name))));
    for (const { permission, name } of group) {
      losses.set(permission, {
        notEvaluated: idsOf(inScope.filter(({ needs }) => needs.includes(name))),
        seesLess: idsOf(
          inScope.filter((check) => !lost.has(check) && check.uses.some((used: ReadName) => used === name)),
        ),
      });
    }
  }
  const union = (pick: (loss: Loss) => readonly string[]): ReadonlySet<string> =>
    new Set([...losses.values()].flatMap(pick));
  const notEvaluated = union((loss) => loss.notEvaluated);
  const seesLess = union((loss) => loss.seesLess);
  const ids = idsOf(running);
  return {
    all: running.length,
    notEvaluated: ids.filter((id) => notEvaluated.has(id)),
    seesLess: ids.filter((id) => seesLess.has(id) && !notEvaluated.has(id)),
    outOfScope: idsOf(running.filter(isOutOfScope)),
    of: (permission) => losses.get(permission) ?? NOTHING,
  };
}

function idsOf(checks: readonly Check[]): readonly string[] {
  return checks.map(({ id }) => id);
}

/** What the snapshot calls a resource of RBAC. */
function readNames(operatorRows: Settings['customResources']): ReadonlyMap<string, ReadName> {
  const custom = allRows(operatorRows).map((row): [GrantedKind, ReadName] => [grantOf(row), customResourceName(row)]);
  const builtIn = Object.values(snapshotKinds).map((kind): [GrantedKind, ReadName] => [kind, kind.kind]);
  return new Map([...builtIn, ...custom].map(([kind, name]) => [resourceText(kind), name]));
}
