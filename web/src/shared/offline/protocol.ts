/** What phone and service say to each other (SYNC 3b–3e); `app/sync/schemas.py` is the other side. */

export interface ClockReading {
  session: string
  mono_ms: number
  offset_ms: number | null
  contact_at: string | null
}

export interface GeoPoint {
  lon: number
  lat: number
  acc_m?: number
  taken_at?: string
  source?: 'gps' | 'network' | 'map'
}

/** One operation: never changed after it was entered. */
export interface Op {
  op_id: string
  seq: number
  type: string
  entity: string
  entity_id: string
  base_rev: number | null
  occurred_at: string
  clock: ClockReading
  schema: number
  form_version: string
  assignment_id: string
  depends_on: string[]
  geo: GeoPoint | null
  payload: Record<string, unknown>
  sha256: string
}

export interface OpResult {
  op_id: string | null
  status: string
  code?: string | null
  entity_id?: string | null
  rev?: number | null
  redirect?: { from: string; to: string } | null
  problem?: ProblemBody | null
  server_value?: Record<string, unknown> | null
  retry_after?: number | null
}

export interface ProblemBody {
  code?: string
  title?: string
  title_en?: string
  detail?: string
  zh?: string
  en?: string
  field?: string
}

export interface PushOut {
  server_time: string
  store_epoch: string
  clock_warning: boolean
  missing_seqs: number[]
  results: OpResult[]
}

export type ChangeKind = 'upsert' | 'tombstone' | 'evict' | 'redirect'

export interface Change {
  t: string
  id: string
  k: ChangeKind
  rev?: number | null
  d?: Record<string, unknown> | null
  to?: string | null
}

export interface PullOut {
  cursor: string
  has_more: boolean
  scope_epoch: string
  store_epoch: string
  server_time: string
  changes: Change[]
}

export interface Policy {
  most_ops: number
  most_batch_bytes: number
  most_op_bytes: number
  most_records: number
  photo_side: number
  photo_target_bytes: number
  photo_most_bytes: number
  photos_per_visit: number
  warn_outbox_ops: number
  warn_outbox_days: number
  warn_clock_minutes: number
  reading_locks_after_days: number
  sent_tail_days: number
}

export interface DeviceTokens {
  device_id: string
  access_token: string
  access_ends_at: string
  refresh_token: string
  refresh_ends_at: string
  scope_epoch: string
  store_epoch: string
  server_time: string
  outbox_key: string
  policy: Policy
  missing_seqs: number[]
}

export interface Word {
  code: string
  zh: string
  en?: string | null
  under?: string | null
}

export interface Manifest {
  etags: Record<string, string>
  schema_min: number
  schema_max: number
  forms?: { type: string; version: string; fields: Record<string, unknown>[] }[]
  dictionaries?: Record<string, Word[]>
  policy?: Policy
}

/** What stays in the outbox after its answer; everything else goes to the sent tail. */
export const KEPT = new Set(['waiting', 'retry', 'rejected'])
