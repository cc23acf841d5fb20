import type { ServedKind } from '../domain/cluster-queries.ts';
import { MonitorError } from '../errors.ts';
import { isRaw, type Raw } from './projection/fields.ts';

/** One segment of a URL that came from discovery, or from a caller who says so: nothing that could lead to another resource. */
const API_NAME = /^[a-z0-9][a-z0-9.-]*$/;

/** What the API server takes as an object's name in a URL, and no path that resolves to another. */
const OBJECT_NAME = /^[A-Za-z0-9][A-Za-z0-9._:~@-]{0,252}$/;
const NAMESPACE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const NOT_SHOWN = '[not shown: this ConfigMap is not listed by the operator]';

/**
 * Secrets are never read, whatever RBAC allows: neither by kind nor by resource, in no group and not through a sub-resource.
 *
 * @throws {MonitorError} `CLUSTER_FORBIDDEN`
 */
export function refuseSecrets(kind: ServedKind): void {
  const resource = kind.resource.toLowerCase();
  if (kind.kind.toLowerCase() === 'secret' || resource === 'secrets' || resource.startsWith('secrets/')) {
    throw new MonitorError('CLUSTER_FORBIDDEN', 'Secrets are never read, whatever RBAC allows');
  }
  if (![kind.version, kind.resource].every((part) => API_NAME.test(part)) || !/^[a-z0-9.-]*$/.test(kind.group)) {
    throw new MonitorError('CLUSTER_REFUSED', 'this is not a kind that the API server can serve');
  }
}

/** @throws {MonitorError} `CLUSTER_REFUSED` for a name that no object can have */
export function checkName(name: string): void {
  if (!OBJECT_NAME.test(name)) throw new MonitorError('CLUSTER_REFUSED', 'no object can have this name');
}

/** @throws {MonitorError} `CLUSTER_REFUSED` for a name that no namespace can have */
export function checkNamespace(namespace: string): void {
  if (!NAMESPACE_NAME.test(namespace)) throw new MonitorError('CLUSTER_REFUSED', 'no namespace can have this name');
}

/** An object without what no reader needs and some hold secrets: `managedFields`, last-applied, the contents of unlisted ConfigMaps. */
export function withoutPrivateParts(kind: ServedKind, object: Raw, readableConfigMaps: readonly string[]): Raw {
  const metadata = isRaw(object['metadata']) ? withoutBookkeeping(object['metadata']) : undefined;
  const clean = metadata === undefined ? object : { ...object, metadata };
  if (kind.kind !== 'ConfigMap' || kind.group !== '') return clean;
  if (readableConfigMaps.includes(`${String(metadata?.['namespace'])}/${String(metadata?.['name'])}`)) return clean;
  return { ...clean, ...hideValues(clean, 'data'), ...hideValues(clean, 'binaryData') };
}

function withoutBookkeeping(metadata: Raw): Raw {
  const { managedFields: _managed, annotations, ...rest } = metadata;
  if (!isRaw(annotations)) return rest;
  const { [LAST_APPLIED]: _applied, ...others } = annotations;
  return { ...rest, annotations: others };
}

function hideValues(object: Raw, field: string): Raw {
  const values = object[field];
  if (!isRaw(values)) return {};
  return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, NOT_SHOWN])) };
}
