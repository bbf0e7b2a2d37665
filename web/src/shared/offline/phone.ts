/** The phone while it is unlocked: its copy, its outbox, its photos and drafts, and the talk with the service. */
import { PhoneClock } from './clock'
import { Copy } from './copy'
import { Courier, type Standing } from './courier'
import { Drafts } from './drafts'
import type { Cipher } from './keys'
import { Lagging } from './lagging'
import { FIRST_POLICY, learn, learnPlain } from './manifest'
import { Network, type Tokens } from './network'
import { Outbox, type Entering, type Entry } from './outbox'
import { acknowledge, handIn, setDown, wipe } from './parting'
import { Photos } from './photos'
import type { DeviceTokens, Manifest, Op, OpResult, Policy } from './protocol'
import { pull } from './puller'
import { flush } from './sender'
import { sealOutbox } from './keys'
import { PhoneStore } from './store'

const PLAIN = ['/words', '/step-forms']

export interface Holder {
  account_id: string
  display_name: string
  post_id: string
  role: string
}

/** What pages are told: that something of this kind has changed. */
export type Heard = 'records' | 'outbox' | 'manifest' | 'standing' | 'gone'

export class Phone {
  readonly outbox: Outbox
  readonly copy: Copy
  readonly photos: Photos
  readonly drafts: Drafts
  readonly courier: Courier
  policy: Policy = FIRST_POLICY
  manifest: Manifest | null = null
  deviceId = ''
  clockWarning = false
  /** When the service last said who holds this phone. */
  enrolledAt = 0
  private epoch: string | null = null
  private readonly lagging: Lagging
  private ended = false
  private readonly listeners = new Set<(what: Heard) => void>()
  private readonly channel: BroadcastChannel | null

  constructor(
    readonly store: PhoneStore,
    readonly cipher: Cipher,
    readonly holder: Holder,
    readonly network: Network,
    readonly clock: PhoneClock,
  ) {
    const policy = (): Policy => this.policy
    this.outbox = new Outbox(store, cipher, clock, holder.account_id, policy)
    this.outbox.postId = holder.post_id
    this.copy = new Copy(store, cipher)
    this.lagging = new Lagging(this.copy)
    this.photos = new Photos(store, cipher, clock.wall)
    this.drafts = new Drafts(store, cipher, clock.wall)
    this.channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(`wangge-${holder.account_id}`) : null
    this.channel?.addEventListener('message', (event: MessageEvent<Heard>) => void this.hear(event.data))
    this.courier = new Courier(
      `wangge-sync-${holder.account_id}`, (say) => this.round(say), (now) => this.stood(now), () => this.revoked(), clock.wall,
    )
  }

  /** Read what is kept: after the unlock, before anything is shown. */
  async open(): Promise<void> {
    const tokens = await this.store.read<Uint8Array<ArrayBuffer>>('tokens')
    if (tokens) this.network.tokens = await this.cipher.open<Tokens>(tokens)
    this.deviceId = this.network.tokens?.device_id ?? ''
    this.network.onTokens = (given) => this.takeTokens(given)
    this.epoch = (await this.store.read<string>('epoch')) ?? null
    this.clock.recall((await this.store.read('clock')) ?? { offset_ms: null, contact_at: null })
    this.courier.standing.lastSync = (await this.store.read<number>('synced')) ?? null
    this.enrolledAt = (await this.store.read<number>('enrolled')) ?? (await this.enrolled())
    await Promise.all([this.copy.load(), this.readManifest()])
  }

  /** From now on the days without the service are counted, also when no sync has ever come to its end. */
  async enrolled(): Promise<number> {
    this.enrolledAt = this.clock.wall()
    await this.store.write('enrolled', this.enrolledAt)
    return this.enrolledAt
  }

  private async readManifest(): Promise<void> {
    this.manifest = (await this.store.read<Manifest>('manifest')) ?? null
    this.policy = { ...FIRST_POLICY, ...this.manifest?.policy }
  }

  /** New tokens, from signing on or from a renewal. */
  async takeTokens(given: DeviceTokens): Promise<void> {
    const tokens: Tokens = {
      device_id: given.device_id, access: given.access_token, refresh: given.refresh_token, outbox_key: given.outbox_key,
    }
    this.network.tokens = tokens
    this.deviceId = tokens.device_id
    await this.store.write('tokens', await this.cipher.seal(tokens))
    await this.learnEpoch(given.store_epoch)
  }

  listen(listener: (what: Heard) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private async hear(what: Heard): Promise<void> {
    if (this.ended) return
    try {
      await this.readAgain(what)
    } catch (error) {
      if (!this.ended) throw error // closed meanwhile: nobody reads it any more
    }
    if (!this.ended) this.listeners.forEach((one) => one(what))
  }

  private async readAgain(what: Heard): Promise<void> {
    if (what === 'records') await this.copy.load()
    if (what === 'manifest') await this.readManifest()
    if (what === 'standing') {
      const synced = (await this.store.read<number>('synced')) ?? null
      this.courier.standing = { ...this.courier.standing, lastSync: synced }
    }
  }

  private tell(what: Heard): void {
    if (this.ended) return
    this.channel?.postMessage(what)
    this.listeners.forEach((one) => one(what))
  }

  private stood(_: Standing): void {
    this.listeners.forEach((one) => one('standing'))
  }

  /** Keep what was entered, and send when there is a way; saving never waits for the network. */
  async enter(said: Entering): Promise<Op> {
    return (await this.enterAll([said]))[0]!
  }

  /** All operations of one saving at once, and the end of the draft they were filled in as. */
  async enterAll(said: Entering[], draft: string | null = null): Promise<Op[]> {
    const ops = await this.outbox.enterAll(said, draft)
    this.tell('outbox')
    void this.courier.go()
    return ops
  }

  async entries(): Promise<Entry[]> {
    return this.outbox.entries()
  }

  async dismiss(opId: string): Promise<void> {
    await this.outbox.dismiss(opId)
    this.tell('outbox')
  }

  /** Where an id leads now that records were merged. */
  async redirects(): Promise<Record<string, string>> {
    return (await this.store.read<Record<string, string>>('redirects')) ?? {}
  }

  // -- one round of talking -----------------------------------------------------------------------------------

  private async round(say: (part: Partial<Standing>) => void): Promise<number | null> {
    let before: string | null | undefined
    while (before !== this.epoch) {
      before = this.epoch // of a restored store one learns on the way: then all again
      say({ phase: 'sending' })
      await this.sendAll()
      say({ phase: 'receiving' })
      await this.fetchAll(say)
    }
    await this.outbox.trim()
    await this.store.write('clock', this.clock.known())
    await this.store.write('synced', this.clock.wall())
    this.tell('standing')
    return this.lagging.next(await this.outbox.putOff())
  }

  private async sendAll(): Promise<void> {
    const sending = {
      network: this.network, outbox: this.outbox, deviceId: () => this.deviceId,
      onEpoch: (epoch: string) => this.learnEpoch(epoch), onClock: () => this.warnOfClock(),
      onAnswers: (ops: Op[], results: OpResult[]) => this.lagging.heard(ops, results),
    }
    try {
      await flush(sending)
    } finally {
      this.tell('outbox')
    }
    if (await this.photos.send(this.network)) this.tell('outbox')
  }

  private async fetchAll(say: (part: Partial<Standing>) => void): Promise<void> {
    const words = this.manifest === null ? this.learnForms() : Promise.resolve() // beside the first rows
    words.catch(() => undefined) // heard below, also when the rows fail before it
    await pull({
      network: this.network, copy: this.copy, most: () => this.policy.most_records, now: this.clock.wall,
      onProgress: (progress) => say({ progress }),
      onPage: async (page, progress) => {
        await this.learnEpoch(page.store_epoch)
        say({ progress })
        if (page.changes.length > 0 || progress !== null) this.tell('records')
      },
    })
    await words
    await this.learnForms()
    for (const path of PLAIN) if (await learnPlain(this.network, this.store, path)) this.tell('manifest')
  }

  private async learnForms(): Promise<void> {
    if (!(await learn(this.network, this.store))) return
    await this.readManifest()
    this.tell('manifest')
  }

  private async learnEpoch(epoch: string): Promise<void> {
    const known = this.epoch
    this.epoch = epoch
    if (known === epoch) return
    if (known !== null) {
      await this.outbox.sendTailAgain()
      await this.copy.forgetCursor()
    }
    await this.store.write('epoch', epoch)
  }

  private warnOfClock(): void {
    this.clockWarning = true
  }

  // -- ways out -----------------------------------------------------------------------------------------------

  /** Hand in what is unsent, sealed; without a signal it is set down and goes later. */
  private async part(): Promise<void> {
    const tokens = this.network.tokens
    if (tokens === null) return
    if ((await this.outbox.count()) > 0) {
      const box = await sealOutbox(tokens.outbox_key, await this.outbox.envelope(tokens.device_id))
      await setDown(tokens.device_id, tokens.access, box, this.clock.wall())
    }
  }

  /** Sign off. `handInLater` has been said when something is unsent; without it that is refused. */
  async signOff(handInLater: boolean): Promise<'done' | 'unsent'> {
    if ((await this.outbox.count()) > 0 && !handInLater) return 'unsent'
    await this.part()
    const tokens = this.network.tokens
    await this.leave()
    if (tokens !== null) await acknowledge(this.network, tokens.device_id, tokens.access).catch(() => undefined)
    return 'done'
  }

  /** The office has ended this phone: hand in, wipe, say so. */
  private async revoked(): Promise<void> {
    const tokens = this.network.tokens
    if (tokens !== null && (await this.outbox.count()) > 0) {
      const box = await sealOutbox(tokens.outbox_key, await this.outbox.envelope(tokens.device_id))
      await handIn(this.network, tokens.device_id, tokens.access, box).catch(() => setDown(tokens.device_id, tokens.access, box, this.clock.wall()))
    }
    await this.leave()
    if (tokens !== null) await acknowledge(this.network, tokens.device_id, tokens.access).catch(() => undefined)
  }

  private async leave(): Promise<void> {
    this.courier.stop()
    this.store.close()
    await wipe(this.holder.account_id)
    this.tell('gone')
    this.close()
  }

  /** Lock: nothing is open any more, what is unsent stays. */
  close(): void {
    this.ended = true
    this.courier.stop()
    this.channel?.close()
  }

  /** Whether it may still be read. */
  get isOpen(): boolean {
    return !this.ended && this.store.isOpen()
  }

  static fresh(accountId: string, cipher: Cipher, holder: Holder): Phone {
    const clock = new PhoneClock()
    return new Phone(new PhoneStore(accountId), cipher, holder, new Network(clock), clock)
  }
}
