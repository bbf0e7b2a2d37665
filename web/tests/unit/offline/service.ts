/** A service in a few lines: a ledger by operation id, a feed by position, faults on request. */
import 'fake-indexeddb/auto'

import { PhoneClock } from '@/shared/offline/clock'
import { freshId } from '@/shared/offline/ids'
import type { Cipher } from '@/shared/offline/keys'
import { mark } from '@/shared/offline/marker'
import { Network } from '@/shared/offline/network'
import { Phone } from '@/shared/offline/phone'
import type { Change, Op, OpResult } from '@/shared/offline/protocol'
import { PhoneStore } from '@/shared/offline/store'
import { Vault } from '@/shared/offline/vault'

export type Fault = (method: string, path: string, answer: () => Promise<Response>) => Promise<Response> | null

/** Locks of several tabs in one process. */
export function stubLocks(): void {
  const held = new Set<string>()
  const request = async (name: string, _: unknown, act: (lock: unknown) => Promise<unknown>): Promise<unknown> => {
    if (held.has(name)) return act(null)
    held.add(name)
    try {
      return await act({ name })
    } finally {
      held.delete(name)
    }
  }
  Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true })
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

export const html = (status = 200): Response =>
  new Response('<html>sign in</html>', { status, headers: { 'content-type': 'text/html' } })

export class Service {
  epoch = freshId()
  ledger = new Map<string, { op: Op; result: OpResult }>()
  feed: Change[] = []
  photos = new Map<string, string>()
  handedIn = new Map<string, Uint8Array>()
  wiped: string[] = []
  calls: string[] = []
  fault: Fault = () => null
  judge: (op: Op) => Partial<OpResult> = () => ({})
  accessTokens = new Set(['access-0'])
  refreshes = 0
  expired = false

  async send(path: string, init: RequestInit): Promise<Response> {
    const [method, short] = [init.method ?? 'GET', path.replace('/api/v1', '')]
    this.calls.push(`${method} ${short.split('?')[0]}`)
    const answer = async (): Promise<Response> => this.answer(method, short, init)
    return (await this.fault(method, short, answer)) ?? answer()
  }

  private async answer(method: string, path: string, init: RequestInit): Promise<Response> {
    const bearer = new Headers(init.headers).get('authorization')?.slice(7) ?? ''
    if (path === '/devices/refresh') return this.refresh()
    const parting = path.endsWith('/outbox') || path.endsWith('/wiped')
    if (!parting && !this.accessTokens.has(bearer)) return json({ code: 'token_expired' }, 401)
    if (path.startsWith('/sync/push')) return this.push(JSON.parse(String(init.body)) as { ops: Op[] })
    if (path.startsWith('/sync/ops:lookup')) return this.lookup(JSON.parse(String(init.body)) as { op_ids: string[] })
    if (path.startsWith('/sync/pull')) return this.pull(new URLSearchParams(path.split('?')[1]))
    if (path.startsWith('/sync/digest')) return json({ types: { household: { count: this.feed.length } } })
    if (path.startsWith('/sync/manifest')) return json({ etags: {}, schema_min: 1, schema_max: 1 })
    if (path.startsWith('/media/')) return this.media(method, path.slice(7), init)
    if (path.endsWith('/outbox')) return this.take(path, init)
    if (path.endsWith('/wiped')) return this.acknowledge(path)
    return json({ code: 'not_found' }, 404)
  }

  private take(path: string, init: RequestInit): Response {
    this.handedIn.set(path.split('/')[2]!, new Uint8Array(init.body as ArrayBuffer))
    return json({ kept: true }, 202)
  }

  private acknowledge(path: string): Response {
    this.wiped.push(path.split('/')[2]!)
    return new Response(null, { status: 204 })
  }

  private refresh(): Response {
    if (this.expired) return json({ code: 'reauth_required' }, 401)
    this.refreshes += 1
    const access = `access-${this.refreshes}`
    this.accessTokens = new Set([access])
    return json(tokens(this, access))
  }

  private push(said: { ops: Op[] }): Response {
    const results = said.ops.map((op) => {
      const known = this.ledger.get(op.op_id)
      if (known && known.result.status !== 'waiting') return { ...known.result, status: 'duplicate' }
      const result: OpResult = { op_id: op.op_id, status: 'applied', rev: 1, entity_id: op.entity_id, ...this.judge(op) }
      if (result.status !== 'retry') this.ledger.set(op.op_id, { op, result })
      return result
    })
    return json({ server_time: new Date().toISOString(), store_epoch: this.epoch, clock_warning: false, missing_seqs: [], results })
  }

  private lookup(said: { op_ids: string[] }): Response {
    const found = said.op_ids.flatMap((id) => this.ledger.get(id)?.result ?? [])
    return json({ store_epoch: this.epoch, results: found })
  }

  private pull(query: URLSearchParams): Response {
    const cursor = query.get('cursor')
    const [epoch, place] = cursor === null ? [this.epoch, '0'] : (cursor.split('@') as [string, string])
    if (epoch !== this.epoch) return json({ code: 'cursor_expired' }, 410)
    const from = Number(place)
    const changes = this.feed.slice(from, from + Number(query.get('limit')))
    const to = from + changes.length
    return json({
      cursor: `${this.epoch}@${to}`, has_more: to < this.feed.length, scope_epoch: 's', store_epoch: this.epoch,
      server_time: new Date().toISOString(), changes,
    })
  }

  private media(method: string, id: string, init: RequestInit): Response {
    const known = this.photos.has(id)
    if (method === 'HEAD') return new Response(null, { status: known ? 200 : 404, headers: known ? { 'x-bound': 'true' } : {} })
    this.photos.set(id, new Headers(init.headers).get('x-sha256')!)
    return json({ id, sha256: this.photos.get(id), bound: true })
  }
}

export const POINT = 'BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU='

function tokens(service: Service, access: string) {
  return {
    device_id: 'dev-1', access_token: access, access_ends_at: '', refresh_token: 'r', refresh_ends_at: '', scope_epoch: 's',
    store_epoch: service.epoch, server_time: new Date().toISOString(), outbox_key: POINT, policy: {} as never, missing_seqs: [],
  }
}

export const PIN = '314159'
export const PASSWORD = 'correct horse 2026'

/** An unlocked phone of a fresh account at this service. */
export async function phoneAt(service: Service, account = freshId(), cipher?: Cipher): Promise<Phone> {
  const store = new PhoneStore(account)
  const key = cipher ?? (await new Vault(store).make(PIN, PASSWORD))
  const holder = { account_id: account, display_name: '张三', post_id: 'post-1', role: 'grid_worker' }
  const clock = new PhoneClock()
  const phone = new Phone(store, key, holder, new Network(clock, (path, init) => service.send(path, init)), clock)
  await phone.open()
  await store.write('holder', holder)
  if (!cipher) await phone.takeTokens(tokens(service, 'access-0'))
  mark({ account_id: account, name: '张三', device_id: 'dev-1', last_seq: 0 })
  return phone
}

export const visit = (phone: Phone, household = freshId(), more: Record<string, unknown> = {}): Promise<Op> =>
  phone.outbox.enter({
    type: 'visit.create', entityId: freshId(), payload: { household_id: household, result: 'met', way: 'door', ...more },
  })

export const upsert = (id: string, d: Record<string, unknown>, t = 'household', rev = 1): Change => ({ t, id, k: 'upsert', rev, d })
