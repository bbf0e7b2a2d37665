/** Photos: made small on the phone, kept sealed, sent whole under their own id; sent again they are the same. */
import { sha256, type Bytes } from './canonical'
import { freshId } from './ids'
import type { Cipher } from './keys'
import { Refused, type Network } from './network'
import type { Policy } from './protocol'
import { isFull, type PhoneStore } from './store'

/** The phone has no room for a photo; the text goes on without it. */
export class NoRoom extends Error {}

/** Larger than the service takes, however small it was made. */
export class TooLarge extends Error {}

export interface KeptPhoto {
  id: string
  sha256: string
}

export class Photos {
  constructor(
    private readonly store: PhoneStore,
    private readonly cipher: Cipher,
    private readonly now: () => number,
  ) {}

  /** Keep a photo before what it belongs to is sent; `NoRoom` when the phone is full. */
  async keep(data: Bytes, policy: Policy): Promise<KeptPhoto> {
    if (data.length > policy.photo_most_bytes) throw new TooLarge()
    const id = freshId(this.now())
    const digest = await sha256(data)
    const row = {
      id, entity_id: '', taken_at: this.now(), sent_at: -1, sha256: digest, size: data.length, refused: null,
      box: await this.cipher.sealBytes(data),
    }
    try {
      await this.store.photos.add(row)
    } catch (error) {
      if (isFull(error)) throw new NoRoom()
      throw error
    }
    return { id, sha256: digest }
  }

  /** Saved with its visit or report: from now on it is to be sent. */
  async bind(ids: string[], entityId: string): Promise<void> {
    await this.store.transaction('rw', this.store.photos, async () => {
      for (const id of ids) await this.store.photos.update(id, { entity_id: entityId, sent_at: 0 })
    })
  }

  /** Let go of what has been sent, before its week is over: the phone needs the room. Returns how many. */
  async clearSent(): Promise<number> {
    return this.store.photos.where('sent_at').above(0).delete()
  }

  async drop(id: string): Promise<void> {
    await this.store.photos.delete(id)
  }

  async bytes(id: string): Promise<Bytes | null> {
    const row = await this.store.photos.get(id)
    return row === undefined ? null : this.cipher.openBytes(row.box)
  }

  /** Those of them that are still here. */
  async kept(ids: string[]): Promise<KeptPhoto[]> {
    const rows = await this.store.photos.bulkGet(ids)
    return rows.flatMap((row) => (row === undefined ? [] : [{ id: row.id, sha256: row.sha256 }]))
  }

  async unsent(): Promise<number> {
    return (await this.store.photos.where('sent_at').equals(0).toArray()).filter((row) => row.refused === null).length
  }

  /** Of each photo, by the visit or report it belongs to, whether it is still here alone. */
  async waitingOf(): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    for (const row of await this.store.photos.where('sent_at').equals(0).toArray()) {
      found.set(row.entity_id, (found.get(row.entity_id) ?? 0) + 1)
    }
    return found
  }

  /** Send what is to be sent. What has arrived already is asked for first: a lost answer costs no second sending. */
  async send(network: Network): Promise<boolean> {
    let moved = false
    for (const row of await this.store.photos.where('sent_at').equals(0).toArray()) {
      if (row.refused !== null) continue
      if (await this.hasArrived(network, row.id)) await this.sent(row.id)
      else await this.sendOne(network, row.id, row.sha256, row.box)
      moved = true
    }
    return moved
  }

  private async hasArrived(network: Network, id: string): Promise<boolean> {
    try {
      return (await network.signed('HEAD', `/media/${id}`)).headers.has('x-bound') // a sign-in page has it not
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return false
      throw error
    }
  }

  private async sendOne(network: Network, id: string, digest: string, box: Bytes): Promise<void> {
    const bytes = await this.cipher.openBytes(box)
    try {
      const headers = { 'X-SHA256': digest, 'Content-Type': 'image/jpeg' }
      await network.signed('PUT', `/media/${id}`, { bytes, headers })
      await this.sent(id)
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401 || error.status === 403) throw error
      if (error.code === 'wrong_checksum') return // damaged on the way: the next time again
      await this.store.photos.update(id, { refused: error.code })
    }
  }

  private async sent(id: string): Promise<void> {
    await this.store.photos.update(id, { sent_at: this.now() })
  }
}

/** A picture no larger than the service wants it, as JPEG; what no browser can draw is kept as it is. */
export async function shrink(file: Blob, policy: Policy): Promise<Bytes> {
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (bitmap === null) return new Uint8Array(await file.arrayBuffer())
  const scale = Math.min(1, policy.photo_side / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  for (const quality of [0.8, 0.65, 0.5, 0.35]) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    if (blob === null) break
    if (blob.size <= policy.photo_target_bytes || quality === 0.35) return new Uint8Array(await blob.arrayBuffer())
  }
  throw new TooLarge()
}
