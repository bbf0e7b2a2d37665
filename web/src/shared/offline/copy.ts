/** The phone's copy of its ground: open in memory while unlocked, sealed in buckets in the store. */
import type { Cipher } from './keys'
import type { Change, PullOut } from './protocol'
import type { BucketRow, PhoneStore } from './store'

const BUCKETS = 32

export interface Held<T = Record<string, unknown>> {
  id: string
  rev: number | null
  d: T
}

export class Copy {
  private readonly types = new Map<string, Map<string, Held>>()
  private turn = -1
  cursor: string | null = null

  constructor(
    private readonly store: PhoneStore,
    private readonly cipher: Cipher,
  ) {}

  /** Read everything again, if another tab has written since. */
  async load(): Promise<boolean> {
    const turn = (await this.store.read<number>('turn')) ?? 0
    if (turn === this.turn) return false
    const [rows, cursor] = await this.store.transaction('r', this.store.buckets, this.store.meta, async () => {
      const said = await this.store.read<string>('cursor')
      this.turn = (await this.store.read<number>('turn')) ?? 0
      return [await this.store.buckets.toArray(), said ?? null] as const
    })
    this.cursor = cursor
    const opened = await Promise.all(rows.map((row) => this.cipher.open<Held[]>(row.box)))
    this.types.clear()
    for (const [place, row] of rows.entries()) {
      const held = this.of(row.key.split('/')[0]!)
      for (const one of opened[place]!) held.set(one.id, one)
    }
    return true
  }

  of<T = Record<string, unknown>>(type: string): Map<string, Held<T>> {
    if (!this.types.has(type)) this.types.set(type, new Map())
    return this.types.get(type) as Map<string, Held<T>>
  }

  get size(): number {
    let sum = 0
    for (const held of this.types.values()) sum += held.size
    return sum
  }

  /** A page and its cursor in one transaction: killed between the two, the page comes again and changes nothing. */
  async apply(page: PullOut): Promise<void> {
    await this.load()
    const first = this.cursor === null
    if (first) this.types.clear() // nothing of an older first sync stays beside it
    const touched = new Set<string>()
    for (const change of page.changes) touched.add(this.put(change))
    const rows = await Promise.all([...touched].map((key) => this.sealed(key)))
    const redirects = page.changes.filter((one) => one.k === 'redirect' && one.to)
    await this.store.transaction('rw', this.store.buckets, this.store.meta, async () => {
      if (first) await this.store.buckets.clear()
      await this.store.buckets.bulkPut(rows)
      const known = (await this.store.read<Record<string, string>>('redirects')) ?? {}
      await this.store.write('redirects', { ...known, ...Object.fromEntries(redirects.map((one) => [one.id, one.to!])) })
      await this.store.write('cursor', page.cursor)
      this.turn += 1
      await this.store.write('turn', this.turn)
    })
    this.cursor = page.cursor
  }

  private put(change: Change): string {
    const held = this.of(change.t)
    if (change.k === 'upsert') held.set(change.id, { id: change.id, rev: change.rev ?? null, d: change.d ?? {} })
    else held.delete(change.id)
    return bucketOf(change.t, change.id)
  }

  private async sealed(key: string): Promise<BucketRow> {
    const type = key.split('/')[0]!
    const held = [...this.of(type).values()].filter((one) => bucketOf(type, one.id) === key)
    return { key, box: await this.cipher.seal(held) }
  }

  /** Begin anew with the next page; what is shown stays until then. */
  async forgetCursor(): Promise<void> {
    this.cursor = null
    await this.store.meta.delete('cursor')
  }
}

function bucketOf(type: string, id: string): string {
  return `${type}/${parseInt(id.slice(-2), 16) % BUCKETS}`
}
