import type { Generated } from 'kysely';

/** Rows as they are stored. Times are Unix milliseconds; bodies are JSON. Every row says which cluster it is about. */
export interface Tables {
  readonly schema_version: { readonly version: number; readonly applied_at_ms: number };
  readonly installation: { readonly key: string; readonly value: string };
  readonly incident: {
    readonly cluster_id: string;
    readonly id: string;
    readonly fingerprint: string;
    readonly state: 'open' | 'resolved';
    readonly opened_at_ms: number;
    readonly resolved_at_ms: number | null;
    readonly body: string;
  };
  readonly decision: {
    readonly sequence: Generated<number>;
    readonly cluster_id: string;
    readonly incident_id: string;
    readonly cycle_id: string;
    readonly at_ms: number;
    readonly pass: number;
    readonly told: number;
    readonly reason: string;
    readonly severity: string;
    readonly detail: string;
    readonly revision: string;
  };
  readonly evidence: {
    readonly cluster_id: string;
    readonly cycle_id: string;
    readonly id: string;
    readonly source: string;
    readonly quote: string;
    readonly at_ms: number | null;
    readonly recorded_at_ms: number;
  };
  readonly outbox: {
    readonly sequence: Generated<number>;
    readonly cluster_id: string;
    readonly notice_id: string;
    readonly subject: string;
    readonly channel: string;
    readonly severity: string;
    readonly kind: string;
    readonly body: string;
    readonly decided_at_ms: number;
    readonly not_before_ms: number;
    readonly status: 'pending' | 'sending' | 'parked' | 'sent' | 'superseded';
    readonly attempts: number;
    readonly last_error: string | null;
    readonly closed_at_ms: number | null;
  };
  readonly posted: {
    readonly cluster_id: string;
    readonly subject: string;
    readonly channel_id: string;
    readonly ts: string;
    readonly evidence_ts: string | null;
    readonly at_ms: number;
  };
  readonly report: {
    readonly cluster_id: string;
    readonly cycle_id: string;
    readonly trigger: string;
    readonly ended_at_ms: number;
    readonly body: string;
  };
  readonly report_incident: {
    readonly cluster_id: string;
    readonly incident_id: string;
    readonly cycle_id: string;
  };
  readonly definition: {
    readonly cluster_id: string;
    readonly name: string;
    readonly sha256: string;
    readonly bytes: Uint8Array;
    readonly saved_at_ms: number;
  };
  /** Contents of definition, policy and settings files, of whatever cluster. */
  readonly file_version: {
    readonly sha256: string;
    readonly bytes: Uint8Array;
    /** Of one that is no longer the last good one: until when it was. */
    readonly used_until_ms: number;
  };
  readonly owner: {
    readonly cluster_id: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly owner_kind: string;
    readonly owner_name: string;
    readonly seen_at_ms: number;
  };
  readonly spend: {
    readonly cluster_id: string;
    readonly day: string;
    readonly usd: number;
    readonly calls: number;
  };
  readonly audit: {
    readonly sequence: Generated<number>;
    readonly cluster_id: string;
    readonly id: string;
    readonly at_ms: number;
    readonly component: string;
    readonly file: string;
    readonly outcome: string;
    readonly sha256_before: string | null;
    readonly sha256_after: string | null;
    readonly code: string | null;
    readonly message: string | null;
    readonly changes: string;
  };
  readonly cycle_end: { readonly cluster_id: string; readonly trigger: string; readonly ended_at_ms: number };
  readonly incident_number: { readonly cluster_id: string; readonly day: string; readonly last: number };
}
