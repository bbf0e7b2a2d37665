// Photos kept on this phone until they are sent.
import Dexie, { type Table } from 'dexie'

export interface KeptPhoto {
  id: string
  /** The key of the report they belong to. */
  draft: string
  at: number
  blob: Blob
}

class Phone extends Dexie {
  photos!: Table<KeptPhoto, string>
  constructor() {
    super('wangge-resident')
    this.version(1).stores({ photos: 'id, draft' })
  }
}

export const phone = new Phone()
