/** The phone's database: one for each account, so that nobody's work is ever sent as somebody else's. */
import Dexie, { type Table } from 'dexie'

import type { Bytes } from './canonical'
import type { Wrapped } from './keys'

export interface MetaRow {
  key: string
  value: unknown
}

/** Records of one type in one of its buckets, sealed together: a few hundred boxes open faster than thousands. */
export interface BucketRow {
  key: string
  box: Bytes
}

export type OutState = 'new' | 'asked' | 'waiting' | 'retry' | 'rejected'

/** `asked`: it has been sent and its answer is not here. `box` holds the operation and never changes. */
export interface OutRow {
  op_id: string
  seq: number
  state: OutState
  entered_at: number
  box: Bytes
  answer: Bytes | null
}

/** `given_up`: refused, and its holder has done with it; it is not sent to a restored service. */
export interface SentRow {
  op_id: string
  seq: number
  sent_at: number
  entered_at: number
  box: Bytes
  answer: Bytes | null
  given_up?: true
}

/** A photo waits until the service has it, and is kept a week longer for a restored service. */
export interface PhotoRow {
  id: string
  entity_id: string
  taken_at: number
  sent_at: number
  sha256: string
  size: number
  refused: string | null
  box: Bytes
}

export interface DraftRow {
  key: string
  at: number
  box: Bytes
}

export interface LockRow {
  pin: Wrapped | null
  password: Wrapped | null
  tries: number
}

export class PhoneStore extends Dexie {
  meta!: Table<MetaRow, string>
  buckets!: Table<BucketRow, string>
  outbox!: Table<OutRow, string>
  sent!: Table<SentRow, string>
  photos!: Table<PhotoRow, string>
  drafts!: Table<DraftRow, string>

  constructor(accountId: string) {
    super(databaseOf(accountId))
    this.version(1).stores({
      meta: 'key', buckets: 'key', outbox: 'op_id, seq', sent: 'op_id, sent_at', photos: 'id, sent_at, entity_id',
      drafts: 'key',
    })
  }

  async read<T>(key: string): Promise<T | undefined> {
    return (await this.meta.get(key))?.value as T | undefined
  }

  async write(key: string, value: unknown): Promise<void> {
    await this.meta.put({ key, value })
  }
}

export function databaseOf(accountId: string): string {
  return `wangge-${accountId}`
}

/** Whether an error says that the phone is full. */
export function isFull(error: unknown): boolean {
  const found = error as { name?: string; inner?: { name?: string } } | null
  return found?.name === 'QuotaExceededError' || found?.inner?.name === 'QuotaExceededError'
}
