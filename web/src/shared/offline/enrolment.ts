/** Signing on: password online, a PIN for this phone, and the phone known to its office. */
import { PhoneClock } from './clock'
import type { Cipher } from './keys'
import { mark, markerOf, setCurrent } from './marker'
import { Network, Refused } from './network'
import { Phone, type Holder } from './phone'
import type { DeviceTokens } from './protocol'
import { PhoneStore } from './store'
import { OtherPassword, Vault } from './vault'

interface PostOut {
  id: string
  role: string
  area_name?: string
  [more: string]: unknown
}

export interface Me {
  account_id: string
  display_name: string
  username: string
  district: string
  post: PostOut
  posts: PostOut[]
}

/** What an online login has given. */
export interface SignedIn {
  token: string
  me: Me
  password: string
}

export async function signIn(network: Network, username: string, password: string, district?: string): Promise<SignedIn> {
  const json = { username, password, ...(district ? { district } : {}) }
  const { body } = await network.call<{ token: string; me: Me }>('POST', '/login', { json })
  return { token: body.token, me: body.me, password }
}

/** Another of the holder's posts, before the phone is enrolled for it. */
export async function inPost(network: Network, signed: SignedIn, postId: string): Promise<SignedIn> {
  if (signed.me.post.id === postId) return signed
  const { body } = await network.call<{ token: string; me: Me }>('POST', '/me/post', { json: { post: postId } }, signed.token)
  return { ...signed, token: body.token, me: body.me }
}

/** Whether this account has something on this phone already. */
export async function isKnown(accountId: string): Promise<boolean> {
  const store = new PhoneStore(accountId)
  try {
    return (await new Vault(store).row()) !== null
  } finally {
    store.close()
  }
}

/** Open or make the store of this account. `formerPassword` when it was changed since the last time. */
async function cipherFor(store: PhoneStore, signed: SignedIn, pin: string, formerPassword?: string): Promise<Cipher> {
  const vault = new Vault(store)
  if ((await vault.row()) === null) return vault.make(pin, signed.password)
  return vault.reset(formerPassword ?? signed.password, pin, signed.password)
}

/** Enrol the phone for the active post; what was here of the same person goes on. */
export async function enrol(signed: SignedIn, pin: string, build: string, formerPassword?: string): Promise<Phone> {
  const { me } = signed
  const store = new PhoneStore(me.account_id)
  const held = await store.read<Holder>('holder')
  const cipher = await cipherFor(store, signed, pin, formerPassword)
  const holder: Holder = {
    account_id: me.account_id, display_name: me.display_name, post_id: me.post.id, role: me.post.role,
  }
  const clock = new PhoneClock()
  const network = new Network(clock)
  const phone = new Phone(store, cipher, holder, network, clock)
  await phone.open()
  const tokens = await register(network, signed, held !== undefined, build)
  await store.write('holder', holder)
  await phone.takeTokens(tokens)
  await phone.enrolled()
  await startNumbers(store, me.account_id, tokens)
  mark({ account_id: me.account_id, name: me.display_name, device_id: tokens.device_id, last_seq: (await store.read<number>('seq')) ?? 0 })
  setCurrent(me.account_id)
  return phone
}

async function register(network: Network, signed: SignedIn, stillHeld: boolean, build: string): Promise<DeviceTokens> {
  const marker = markerOf(signed.me.account_id)
  const json: Record<string, unknown> = { name: phoneName(), app_build: build }
  if (marker?.device_id) {
    json.previous = { device_id: marker.device_id, last_seq: marker.last_seq, store_lost: !stillHeld }
  }
  return (await network.call<DeviceTokens>('POST', '/devices', { json }, signed.token)).body
}

/** After a lost store the numbers go on from the marker; a phone that is another one for the service begins anew. */
async function startNumbers(store: PhoneStore, accountId: string, tokens: DeviceTokens): Promise<void> {
  const marker = markerOf(accountId)
  const seq = (await store.read<number>('seq')) ?? 0
  if (marker?.device_id === tokens.device_id && marker.last_seq > seq) await store.write('seq', marker.last_seq)
  await store.write('missing', tokens.missing_seqs)
}

function phoneName(): string {
  const said = (navigator as { userAgentData?: { platform?: string } }).userAgentData?.platform ?? ''
  const model = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1]?.split(';').map((one) => one.trim()).pop() ?? ''
  return (model || said || '手机').slice(0, 30)
}

/** The phone again by its PIN alone, without a signal; `WrongPin` says how many tries are left. */
export async function unlock(accountId: string, pin: string): Promise<Phone> {
  const store = new PhoneStore(accountId)
  try {
    return await opened(store, accountId, await new Vault(store).open(pin))
  } catch (error) {
    store.close()
    throw error
  }
}

/** The phone again with the key of another open tab. */
export async function unlockWith(accountId: string, cipher: Cipher): Promise<Phone> {
  return opened(new PhoneStore(accountId), accountId, cipher)
}

async function opened(store: PhoneStore, accountId: string, cipher: Cipher): Promise<Phone> {
  const holder = await store.read<Holder>('holder')
  if (holder === undefined) throw new Refused(401, { code: 'reauth_required' })
  const clock = new PhoneClock()
  const phone = new Phone(store, cipher, { ...holder, account_id: accountId }, new Network(clock), clock)
  await phone.open()
  return phone
}

export { OtherPassword }
