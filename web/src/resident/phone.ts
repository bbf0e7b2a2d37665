// What is kept on this phone: photos of the draft, reports on their way, and the links of those that arrived.
import Dexie, { type Table } from 'dexie'
import type { Draft } from './draft'

export interface KeptPhoto {
  id: string
  draft: string
  at: number
  blob: Blob
}
export interface Report {
  key: string
  at: string
  /** What was typed; gone as soon as the service has it. */
  draft: Draft | null
  /** Photos still to be sent. */
  photos: string[]
  lostPhotos: number
  state: 'waiting' | 'sent' | 'refused'
  problem: { status: number; code: string; zh: string; en: string; field: string | null; errors: [] } | null
  receipt: { number: string; token: string; url: string } | null
}

class Phone extends Dexie {
  photos!: Table<KeptPhoto, string>
  reports!: Table<Report, string>
  constructor() {
    super('wangge-resident')
    this.version(1).stores({ photos: 'id, draft', reports: 'key, state, at' })
  }
}

export const phone = new Phone()
