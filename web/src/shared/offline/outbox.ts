/** What has been entered and not yet answered for, and for a week what was (the sent tail): see SYNC 3b and 3c. */
import { canonical, encode, sha256 } from './canonical'
import type { PhoneClock } from './clock'
import { freshId } from './ids'
import type { Cipher } from './keys'
import { markSeq } from './marker'
import { KEPT, type GeoPoint, type Op, type OpResult, type Policy } from './protocol'
import type { OutRow, OutState, PhoneStore, SentRow } from './store'

const DAY_MS = 86_400_000

/** What a page says when something is entered. */
export interface Entering {
  type: string
  entityId: string
  payload: Record<string, unknown>
  baseRev?: number | null
  dependsOn?: string[]
  geo?: GeoPoint | null
  formVersion?: string
}

/** An operation as pages see it: where it stands, and what was answered. */
export interface Entry {
  op: Op
  state: OutState | 'sent' | 'given_up'
  answer: OpResult | null
  enteredAt: number
  sentAt: number | null
}

export function isUnsent({ state }: Entry): boolean {
  return !isRefused(state) && state !== 'sent'
}

export function isRefused(state: Entry['state']): boolean {
  return state === 'rejected' || state === 'given_up'
}

/** The text is longer than the service takes. */
export class TooLong extends Error {}

export class Outbox {
  postId = ''

  constructor(
    private readonly store: PhoneStore,
    private readonly cipher: Cipher,
    private readonly clock: PhoneClock,
    private readonly accountId: string,
    private readonly policy: () => Policy,
  ) {}

  /** Keep an operation before anything else happens. Numbers have no gap, whichever tab they are given in. */
  async enter(said: Entering): Promise<Op> {
    return (await this.enterAll([said]))[0]!
  }

  /** Operations of one saving, all or none; with them goes the draft they were filled in as. */
  async enterAll(said: Entering[], draft: string | null = null): Promise<Op[]> {
    for (;;) {
      const before = (await this.store.read<number>('seq')) ?? 0
      const ops = await Promise.all(said.map((one, place) => this.written(one, before + place + 1)))
      const rows = await Promise.all(ops.map((op) => this.rowOf(op)))
      if (await this.add(rows, before, draft)) {
        markSeq(this.accountId, before + ops.length)
        return ops
      }
    }
  }

  private async rowOf(op: Op): Promise<OutRow> {
    const box = await this.cipher.seal(op)
    return { op_id: op.op_id, seq: op.seq, state: 'new', entered_at: this.clock.wall(), box, answer: null }
  }

  private async written(said: Entering, seq: number): Promise<Op> {
    const body = {
      op_id: freshId(this.clock.wall()), seq, type: said.type, entity: said.type.split('.')[0]!,
      entity_id: said.entityId, base_rev: said.baseRev ?? null, occurred_at: this.clock.now(),
      clock: this.clock.reading(), schema: 1, form_version: said.formVersion ?? `${said.type}@1`,
      assignment_id: this.postId, depends_on: said.dependsOn ?? [], geo: said.geo ?? null,
      payload: JSON.parse(JSON.stringify(said.payload)) as Record<string, unknown>,
    }
    const text = canonical(body)
    if (encode(text).length > this.policy().most_op_bytes - 100) throw new TooLong()
    return { ...body, sha256: await sha256(text) }
  }

  private async add(rows: OutRow[], before: number, draft: string | null): Promise<boolean> {
    const { outbox, meta, drafts } = this.store
    return this.store.transaction('rw', outbox, meta, drafts, async () => {
      if (((await this.store.read<number>('seq')) ?? 0) !== before) return false // another tab came first
      await outbox.bulkAdd(rows)
      await this.store.write('seq', before + rows.length)
      if (draft !== null) await drafts.delete(draft)
      return true
    })
  }

  /** What may be sent next, within the limits of a batch; what waits does not stand before what is new. */
  async next(): Promise<Op[]> {
    const rows = (await this.store.outbox.orderBy('seq').toArray()).filter((row) => row.state !== 'rejected')
    rows.sort((a, b) => Number(a.state === 'waiting') - Number(b.state === 'waiting') || a.seq - b.seq)
    const { most_ops, most_batch_bytes } = this.policy()
    const chosen: Op[] = []
    let room = most_batch_bytes - 2_000 // the envelope
    for (const row of rows.slice(0, most_ops)) {
      const op = await this.cipher.open<Op>(row.box)
      room -= encode(JSON.stringify(op)).length + 1
      if (room < 0 && chosen.length > 0) break
      chosen.push(op)
    }
    return chosen
  }

  /** Operations that were sent without an answer having come. */
  async asked(most: number): Promise<Op[]> {
    const rows = (await this.store.outbox.orderBy('seq').toArray()).filter((row) => row.state === 'asked')
    return Promise.all(rows.slice(0, most).map((row) => this.cipher.open<Op>(row.box)))
  }

  /** Whether the service has asked for something to be sent again in a moment. */
  async putOff(): Promise<boolean> {
    return (await this.store.outbox.toArray()).some((row) => row.state === 'retry')
  }

  async markAsked(ops: Op[]): Promise<void> {
    await this.store.transaction('rw', this.store.outbox, async () => {
      for (const op of ops) await this.store.outbox.update(op.op_id, { state: 'asked' })
    })
  }

  /** Answers: what was answered for leaves for the sent tail; what was refused stays and is shown. */
  async settle(results: OpResult[]): Promise<void> {
    const named = results.filter((one) => one.op_id !== null)
    const sealed = await Promise.all(named.map((one) => this.cipher.seal(one)))
    const now = this.clock.wall()
    await this.store.transaction('rw', this.store.outbox, this.store.sent, this.store.meta, async () => {
      const redirects = { ...(await this.store.read<Record<string, string>>('redirects')) }
      for (const [place, one] of named.entries()) {
        const row = await this.store.outbox.get(one.op_id!)
        if (one.redirect) redirects[one.redirect.from] = one.redirect.to
        if (row === undefined) continue // another answer came first
        const answer = sealed[place]!
        if (KEPT.has(one.status)) await this.store.outbox.put({ ...row, state: one.status as OutState, answer })
        else await this.toTail(row, answer, now)
      }
      await this.store.write('redirects', redirects)
    })
  }

  private async toTail(row: OutRow, answer: SentRow['answer'], now: number, givenUp = false): Promise<void> {
    await this.store.sent.put({
      op_id: row.op_id, seq: row.seq, sent_at: now, entered_at: row.entered_at, box: row.box, answer,
      ...(givenUp ? { given_up: true } : {}),
    })
    await this.store.outbox.delete(row.op_id)
  }

  /** The holder has corrected or given up what was refused: it leaves the tray, is kept a week, and not sent again. */
  async dismiss(opId: string): Promise<void> {
    await this.store.transaction('rw', this.store.outbox, this.store.sent, async () => {
      const row = await this.store.outbox.get(opId)
      if (row?.state === 'rejected') await this.toTail(row, row.answer, this.clock.wall(), true)
    })
  }

  /** A restored service has forgotten what was sent since: all of the tail goes again, photos too. */
  async sendTailAgain(): Promise<void> {
    const { outbox, sent, photos } = this.store
    await this.store.transaction('rw', outbox, sent, photos, async () => {
      for (const row of await sent.toArray()) {
        if (row.given_up) continue
        await outbox.put({ op_id: row.op_id, seq: row.seq, state: 'new', entered_at: row.entered_at, box: row.box, answer: null })
      }
      await sent.filter((row) => !row.given_up).delete()
      await outbox.toCollection().modify({ state: 'new' })
      await photos.toCollection().modify({ sent_at: 0 })
    })
  }

  /** Let go of what was sent more than a week ago. */
  async trim(): Promise<void> {
    const before = this.clock.wall() - this.policy().sent_tail_days * DAY_MS
    await this.store.sent.where('sent_at').below(before).delete()
    await this.store.photos.where('sent_at').between(1, before).delete()
    await this.store.photos.where('sent_at').equals(-1).filter((row) => row.taken_at < before).delete() // of a form left
  }

  /** Everything there is, the latest first. */
  async entries(): Promise<Entry[]> {
    const [waiting, sent] = await Promise.all([this.store.outbox.toArray(), this.store.sent.toArray()])
    const found = await Promise.all([
      ...waiting.map((row) => this.entry(row, row.state, null)),
      ...sent.map((row) => this.entry(row, row.given_up ? 'given_up' : 'sent', row.sent_at)),
    ])
    return found.sort((a, b) => b.op.seq - a.op.seq)
  }

  private async entry(row: OutRow | SentRow, state: Entry['state'], sentAt: number | null): Promise<Entry> {
    const answer = row.answer === null ? null : await this.cipher.open<OpResult>(row.answer)
    return { op: await this.cipher.open<Op>(row.box), state, answer, enteredAt: row.entered_at, sentAt }
  }

  async count(): Promise<number> {
    return this.store.outbox.count()
  }

  /** All that is unsent, in one envelope: to be sealed, or to be saved by its holder. */
  async envelope(deviceId: string, ops?: Op[]): Promise<Record<string, unknown>> {
    const rows = ops ? [] : await this.store.outbox.orderBy('seq').toArray()
    const all = ops ?? (await Promise.all(rows.map((row) => this.cipher.open<Op>(row.box))))
    return {
      device_id: deviceId, batch_id: freshId(this.clock.wall()), sent_at: this.clock.now(),
      clock: this.clock.reading(), ops: all,
    }
  }
}
