import 'fake-indexeddb/auto'

import { beforeEach, describe, expect, it, vi } from 'vitest'

import { unlock } from '@/shared/offline/enrolment'
import { freshId } from '@/shared/offline/ids'
import { markerOf } from '@/shared/offline/marker'
import { pause } from '@/shared/offline/pausing'
import { NoRoom } from '@/shared/offline/photos'
import { PhoneStore } from '@/shared/offline/store'
import { OtherPassword, Vault, WrongPin } from '@/shared/offline/vault'
import { json, PASSWORD, phoneAt, PIN, Service, stubLocks, upsert, visit } from './service'

beforeEach(stubLocks)

async function again(account: string, pin: string) {
  const phone = await unlock(account, pin)
  phone.close()
  return phone
}

describe('the lock', () => {
  it('opens by its PIN without a signal and keeps nothing readable', async () => {
    const phone = await phoneAt(new Service())
    await visit(phone, freshId(), { note: '门口有台阶' })
    const account = phone.holder.account_id
    const rows = await new PhoneStore(account).outbox.toArray()
    expect(new TextDecoder().decode(rows[0]!.box)).not.toContain('household')
    const entries = await (await again(account, PIN)).entries()
    expect(entries[0]!.op.payload.note).toBe('门口有台阶')
  })

  it('pin_forgotten: five tries, then the password opens it and nothing is lost', async () => {
    const phone = await phoneAt(new Service())
    await visit(phone)
    const account = phone.holder.account_id
    for (let left = 4; left >= 0; left--) {
      await expect(again(account, '000000')).rejects.toMatchObject({ left })
    }
    await expect(again(account, PIN)).rejects.toBeInstanceOf(WrongPin) // the right one comes too late
    const vault = new Vault(new PhoneStore(account))
    await expect(vault.reset('another password', '271828')).rejects.toBeInstanceOf(OtherPassword)
    await vault.reset(PASSWORD, '271828', 'a new password')
    expect(await (await again(account, '271828')).outbox.count()).toBe(1)
    await vault.reset('a new password', '161803')
    expect(await vault.triesLeft()).toBe(5)
  })
})

describe('the copy', () => {
  it('takes a page and its cursor together, and is the same after a reload', async () => {
    const service = new Service()
    const ids = Array.from({ length: 300 }, () => freshId())
    service.feed = ids.map((id, place) => upsert(id, { room: String(place) }))
    const phone = await phoneAt(service)
    const seen: (number | null)[] = []
    phone.listen(() => seen.push(phone.courier.standing.progress?.done ?? null))
    await phone.courier.go()
    expect(phone.copy.of('household').size).toBe(300)
    expect(seen).toContain(120) // usable from the first page
    const reopened = await again(phone.holder.account_id, PIN)
    expect(reopened.copy.of('household').get(ids[7]!)).toEqual({ id: ids[7], rev: 1, d: { room: '7' } })
    expect(reopened.copy.cursor).toBe(phone.copy.cursor)
  })

  it('lets go of what was deleted, evicted or merged, and knows where an id leads', async () => {
    const service = new Service()
    const [a, b, c, d] = [freshId(), freshId(), freshId(), freshId()] as const
    service.feed = [a, b, c, d].map((id) => upsert(id, {}))
    const phone = await phoneAt(service)
    await phone.courier.go()
    service.feed.push({ t: 'household', id: a, k: 'tombstone' }, { t: 'household', id: b, k: 'evict' }, { t: 'household', id: c, k: 'redirect', to: d })
    await phone.courier.go()
    expect([...phone.copy.of('household').keys()]).toEqual([d])
    expect(await phone.redirects()).toEqual({ [c]: d })
  })

  it('is fetched anew when its cursor is too old, the outbox first and whole', async () => {
    const service = new Service()
    service.feed = [upsert(freshId(), { old: true })]
    const phone = await phoneAt(service)
    await phone.courier.go()
    await visit(phone)
    const now = freshId()
    service.feed = [upsert(now, { old: false })]
    await phone.store.write('cursor', 'elsewhere@99')
    await phone.store.write('turn', 99)
    service.calls = []
    await phone.courier.go()
    expect(service.calls.indexOf('POST /sync/push')).toBeLessThan(service.calls.indexOf('GET /sync/pull'))
    expect([...phone.copy.of('household').keys()]).toEqual([now])
    expect(service.ledger.size).toBe(1)
  })

  it('is read by another tab as soon as one has written it', async () => {
    const service = new Service()
    const one = await phoneAt(service)
    const two = await phoneAt(service, one.holder.account_id, one.cipher)
    service.feed = [upsert(freshId(), {})]
    await one.courier.go()
    await vi.waitFor(() => expect(two.copy.of('household').size).toBe(1))
  })
})

describe('a phone that was closed', () => {
  it('reads and tells nothing more, whatever another tab writes', async () => {
    const service = new Service()
    const one = await phoneAt(service)
    const closed = await phoneAt(service, one.holder.account_id, one.cipher)
    const open = await phoneAt(service, one.holder.account_id, one.cipher)
    const heard = vi.fn()
    closed.listen(heard)
    closed.close()
    closed.store.close()
    service.feed = [upsert(freshId(), {})]
    await one.courier.go()
    await vi.waitFor(() => expect(open.copy.of('household').size).toBe(1))
    expect([closed.copy.of('household').size, heard.mock.calls, closed.isOpen]).toEqual([0, [], false])
  })
})

describe('what is being filled in', () => {
  it('app_killed_mid_form: comes back with all that was said before the last field', async () => {
    const phone = await phoneAt(new Service())
    void phone.drafts.keep('visit/1', 'visit.create@1', { result: 'met' })
    void phone.drafts.keep('visit/1', 'visit.create@1', { result: 'met', note: '一切安好' })
    await phone.drafts.read('visit/1')
    const reopened = await again(phone.holder.account_id, PIN)
    const draft = await reopened.drafts.read<{ note: string }>('visit/1')
    expect([draft?.version, draft?.fields.note]).toEqual(['visit.create@1', '一切安好'])
  })

  it('quota_exceeded_on_save: a photo is refused in words, the text is saved', async () => {
    const phone = await phoneAt(new Service())
    vi.spyOn(phone.store.photos, 'add').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError') as never)
    await expect(phone.photos.keep(new Uint8Array([1]), phone.policy)).rejects.toBeInstanceOf(NoRoom)
    await visit(phone, freshId(), { note: '无照片' })
    expect(await phone.outbox.count()).toBe(1)
  })
})

describe('leaving', () => {
  it('is refused while something is unsent, unless it is handed in sealed', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    expect(await phone.signOff(false)).toBe('unsent')
    expect(await phone.signOff(true)).toBe('done')
    expect(markerOf(phone.holder.account_id)).toBeNull()
    expect(await new PhoneStore(phone.holder.account_id).outbox.count()).toBe(0)
  })

  it('hands in what is unsent when the office has revoked the phone, wipes it and says so', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    service.fault = async (_, path) => (path.startsWith('/devices/') ? null : json({ code: 'device_revoked' }, 403)) as never
    const gone = vi.fn()
    phone.listen((what) => what === 'gone' && gone())
    await phone.courier.go()
    expect(gone).toHaveBeenCalledOnce()
    expect(service.wiped).toEqual(['dev-1'])
    expect(service.handedIn.get('dev-1')!.length).toBeGreaterThan(65 + 12)
    expect(await new PhoneStore(phone.holder.account_id).outbox.count()).toBe(0)
  })
})

describe('the pause after a failure', () => {
  it('grows to ten minutes and is spread over a minute at least', () => {
    expect([pause(0, 0), pause(0, 1), pause(20, 0), pause(20, 1)]).toEqual([2_500, 62_500, 300_000, 600_000])
  })
})
