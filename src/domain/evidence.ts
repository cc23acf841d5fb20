/** A fact quoted from an object or a tool result. */
export interface EvidenceQuote {
  /** `e1`…, unique in its cycle. Checks leave the numbering to the runner. */
  readonly id: string;
  /** Where it stands: `Pod payments/api-1 status.containerStatuses[api].lastState`, or `k8s_logs payments/api-1`. */
  readonly source: string;
  /** Verbatim and redacted. */
  readonly quote: string;
  readonly atMs?: number;
}
