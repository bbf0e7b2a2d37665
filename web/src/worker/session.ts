/** Who is signed in on this phone, locked or open; everything that pages read hangs on it. */
import { computed, reactive, shallowRef } from 'vue'

import { enrol, isKnown, unlock, unlockWith, type SignedIn } from '@/shared/offline/enrolment'
import { Cipher } from '@/shared/offline/keys'
import { currentAccount, markerOf, setCurrent } from '@/shared/offline/marker'
import { Network } from '@/shared/offline/network'
import { PhoneClock } from '@/shared/offline/clock'
import { handInAll } from '@/shared/offline/parting'
import { AT_REST, type Standing } from '@/shared/offline/courier'
import { isUnsent, type Entry } from '@/shared/offline/outbox'
import type { Phone } from '@/shared/offline/phone'
import { ground } from './ground'
import { ticking } from './ticking'
import { build } from './build'
import { measure } from './room'

const LOCK_AFTER_MS = 5 * 60_000
const KEY_CHANNEL = 'wangge-key'

export type Gate = 'starting' | 'sign_in' | 'locked' | 'open' | 'gone'

export const phone = shallowRef<Phone | null>(null)
export const here = reactive({
  gate: 'starting' as Gate,
  name: '',
  standing: { ...AT_REST } as Standing,
  unsent: 0,
  photosUnsent: 0,
  /** When the longest unsent record was entered; infinite without one. */
  oldest: Infinity,
  clockWarning: false,
  attention: 0,
})
export const entries = shallowRef<Entry[]>([])
export const photosWaiting = shallowRef<Map<string, number>>(new Map())

const plainNetwork = (): Network => new Network(new PhoneClock())
let hidden = 0
let channel: BroadcastChannel | null = null

/** What to show first: sign in, the PIN, or, when another tab is open, the pages at once. */
export async function begin(): Promise<void> {
  document.addEventListener('visibilitychange', watchAway)
  addEventListener('unhandledrejection', nobodyWaits)
  void handInAll(plainNetwork())
  const account = currentAccount()
  const marker = account === null ? null : markerOf(account)
  if (account === null || marker === null || !(await isKnown(account))) {
    here.gate = 'sign_in'
    return
  }
  here.name = marker.name
  here.gate = (await fromOtherTab(account)) ? 'open' : 'locked'
}

/** A page that was left because its phone was locked or wiped may still be reading: that is no trouble of anybody's. */
function nobodyWaits(event: PromiseRejectionEvent): void {
  const name = (event.reason as { name?: string } | null)?.name
  if (name === 'DatabaseClosedError' && !phone.value?.isOpen) event.preventDefault()
}

/** Another open tab of this phone lends its key; it cannot be read, only used. */
async function fromOtherTab(account: string): Promise<boolean> {
  if (!('BroadcastChannel' in globalThis)) return false
  const asking = new BroadcastChannel(KEY_CHANNEL)
  const lent = await new Promise<Cipher['key'] | null>((done) => {
    const patience = setTimeout(() => done(null), 250)
    asking.onmessage = (event: MessageEvent<{ account?: string; key?: CryptoKey }>) => {
      if (event.data.account !== account || !event.data.key) return
      clearTimeout(patience)
      done(event.data.key)
    }
    asking.postMessage({ ask: account })
  })
  asking.close()
  if (lent === null) return false
  const key = new Cipher(lent)
  await take(await unlockWith(account, key))
  return true
}

function lend(opened: Phone): void {
  if (!('BroadcastChannel' in globalThis)) return
  channel?.close()
  channel = new BroadcastChannel(KEY_CHANNEL)
  channel.onmessage = (event: MessageEvent<{ ask?: string }>) => {
    if (event.data.ask !== opened.holder.account_id || phone.value !== opened) return
    channel?.postMessage({ account: opened.holder.account_id, key: opened.cipher.key })
  }
}

export async function open(pin: string): Promise<void> {
  await take(await unlock(currentAccount()!, pin))
}

export async function signOn(signed: SignedIn, pin: string, formerPassword?: string): Promise<void> {
  await take(await enrol(signed, pin, build, formerPassword))
}

async function take(opened: Phone): Promise<void> {
  phone.value = opened
  here.name = opened.holder.display_name
  here.standing = opened.courier.standing
  await ground.read(opened)
  await readOutbox(opened)
  opened.listen((what) => void heard(opened, what))
  here.gate = 'open'
  lend(opened)
  opened.courier.start()
  void measure()
  void navigator.storage?.persist?.()
}

async function heard(opened: Phone, what: string): Promise<void> {
  if (phone.value !== opened) return
  if (what === 'gone') return leave('gone')
  try {
    await readAnew(opened, what)
  } catch (error) {
    if (phone.value === opened && opened.isOpen) throw error // locked or wiped meanwhile: there is nobody to show it to
  }
}

async function readAnew(opened: Phone, what: string): Promise<void> {
  if (what === 'records' || what === 'manifest') await ground.read(opened)
  if (what === 'outbox') await readOutbox(opened)
  if (what === 'standing') standing(opened)
  here.clockWarning = opened.clockWarning
}

function standing(opened: Phone): void {
  const ended = here.standing.phase !== 'idle' && opened.courier.standing.phase === 'idle'
  here.standing = opened.courier.standing
  if (ended) void measure()
}

let reading = 0

async function readOutbox(opened: Phone): Promise<void> {
  const turn = ++reading
  const [found, photos, unsent] = await Promise.all([opened.entries(), opened.photos.waitingOf(), opened.photos.unsent()])
  if (turn !== reading || phone.value !== opened) return // a later reading knows more, or it was locked meanwhile
  photosWaiting.value = photos
  entries.value = found
  here.unsent = found.filter(isUnsent).length
  here.oldest = Math.min(...found.filter(isUnsent).map((one) => one.enteredAt))
  here.photosUnsent = unsent
  here.attention = found.filter((one) => needsAttention(one)).length
}

const DAY_MS = 86_400_000

/** Too long without the service: what is kept of households is not shown until it has been talked to once. */
export const readingClosed = computed(() => {
  const opened = phone.value
  if (opened === null) return false
  const since = Math.max(here.standing.lastSync ?? 0, opened.enrolledAt)
  void ticking.value
  return opened.clock.wall() - since > opened.policy.reading_locks_after_days * DAY_MS
})

/** Refused, and not yet corrected or given up. */
export function needsAttention(one: Entry): boolean {
  return one.state === 'rejected'
}

function leave(gate: Gate): void {
  phone.value?.close()
  phone.value = null
  channel?.close()
  channel = null
  entries.value = []
  ground.clear()
  here.gate = gate
}

export function lock(): void {
  if (phone.value !== null) leave('locked')
}

/** To the sign-in page; what is on the phone stays sealed for its holder. */
export function toSignIn(): void {
  leave('sign_in')
}

export function otherPerson(): void {
  setCurrent(null)
  leave('sign_in')
}

function watchAway(): void {
  if (document.visibilityState === 'hidden') hidden = Date.now()
  else if (hidden > 0 && Date.now() - hidden > LOCK_AFTER_MS) lock()
}

export async function signOff(handInLater: boolean): Promise<'done' | 'unsent'> {
  const opened = phone.value
  if (opened === null) return 'done'
  const said = await opened.signOff(handInLater)
  if (said === 'done') {
    leave('sign_in')
    void handInAll(plainNetwork())
  }
  return said
}

export { plainNetwork }
