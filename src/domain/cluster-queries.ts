/** A kind as the API server serves it. */
export interface ServedKind {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, as in URLs. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/**
 * Live questions to the API server, through the same reader, with the same retries, deadlines and politeness as a snapshot.
 * Objects are the API's own JSON without `managedFields` and without `kubectl.kubernetes.io/last-applied-configuration`, not yet redacted.
 *
 * Every method throws {MonitorError} `CLUSTER_FORBIDDEN`, `CLUSTER_NOT_FOUND`, `CLUSTER_UNREACHABLE`, `CLUSTER_REFUSED`; the message names the permission that is missing.
 */
export interface ClusterQueries {
  /** By kind, plural, singular or short name, optionally with group (`deploy`, `Pod`, `applications.argoproj.io`); `undefined` when nothing of that name is served. */
  findKind(name: string, signal: AbortSignal): Promise<ServedKind | undefined>;
  get(
    kind: ServedKind,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** `namespace` `''` = all. Stops at `maxBytes` of JSON and says so. */
  list(
    kind: ServedKind,
    options: {
      readonly namespace: string;
      readonly labelSelector?: string;
      readonly fieldSelector?: string;
      readonly maxBytes: number;
    },
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly Readonly<Record<string, unknown>>[]; readonly truncated: boolean }>;
  /** The server's own table (the columns of `kubectl get`). */
  table(
    kind: ServedKind,
    options: {
      readonly namespace: string;
      readonly name?: string;
      readonly labelSelector?: string;
      readonly fieldSelector?: string;
      readonly maxRows: number;
    },
    signal: AbortSignal,
  ): Promise<{
    readonly columns: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly truncated: boolean;
  }>;
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container?: string },
    options: {
      readonly previous: boolean;
      readonly tailLines: number;
      readonly sinceSeconds?: number;
      readonly maxBytes: number;
      /** Of the request; left out: as many as of any other. */
      readonly tries?: number;
    },
    signal: AbortSignal,
  ): Promise<string>;
}
