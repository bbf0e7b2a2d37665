import { beforeEach, describe, expect, it, vi } from 'vitest'

import { canonical, sha256 } from '@/shared/offline/canonical'
import { freshId } from '@/shared/offline/ids'
import { html, json, phoneAt, Service, stubLocks, upsert, visit } from './service'

beforeEach(stubLocks)

describe('an operation', () => {
  it('is hashed in the form the service hashes', async () => {
    const said = { z: 1, a: ['中文 "引号" \\ \n', null, true, 102.81], b: { y: {}, x: '\u2028🏠' } }
    expect(canonical(said)).toBe('{"a":["中文 \\"引号\\" \\\\ \\n",null,true,102.81],"b":{"x":"\u2028🏠","y":{}},"z":1}')
    expect(await sha256(canonical(said))).toBe('65e604065b0dfa048b09963de5589ee31edc4352dd5fa0b068c407dca7724bda')
  })

  it('carries a UUIDv7, both clocks and the digest of itself', async () => {
    const phone = await phoneAt(new Service())
    const { sha256: digest, ...body } = await visit(phone)
    expect(body.op_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(body.occurred_at).toMatch(/[+-]\d\d:\d\d$/)
    expect(body.clock.session).not.toBe('')
    expect(digest).toBe(await sha256(canonical(body)))
  })

  it('is numbered without a gap by two tabs at once', async () => {
    const service = new Service()
    const one = await phoneAt(service)
    const two = await phoneAt(service, one.holder.account_id, one.cipher)
    const made = await Promise.all(Array.from({ length: 12 }, (_, place) => visit(place % 2 ? one : two)))
    expect(made.map((op) => op.seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, place) => place + 1))
  })
})

describe('sending', () => {
  it('leaves the outbox for the sent tail when it was answered for, exactly once each', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    for (let turn = 0; turn < 120; turn++) await visit(phone)
    await phone.courier.go()
    expect(service.ledger.size).toBe(120)
    expect(await phone.outbox.count()).toBe(0)
    expect((await phone.entries()).every((one) => one.state === 'sent')).toBe(true)
    expect(service.calls.filter((one) => one === 'POST /sync/push').length).toBe(3)
  })

  it('looks up what a lost answer had said, and sends nothing twice', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    service.fault = (_, path, answer) => (path.startsWith('/sync/push') ? answer().then(() => json({ code: 'down' }, 503)) : null)
    await phone.courier.go()
    expect(phone.courier.standing.trouble).toBe('busy')
    expect(await phone.outbox.count()).toBe(1)
    service.fault = () => null
    service.calls = []
    await phone.courier.go()
    expect(service.calls).toContain('POST /sync/ops:lookup')
    expect(service.calls).not.toContain('POST /sync/push')
    expect(await phone.outbox.count()).toBe(0)
    expect(service.ledger.size).toBe(1)
  })

  it('keeps everything when a sign-in page answers for the service', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    service.fault = async () => html()
    await phone.courier.go()
    expect(phone.courier.standing.trouble).toBe('foreign')
    expect(await phone.outbox.count()).toBe(1)
  })

  it('halves a batch that cannot be read, down to the one that no envelope can carry', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    for (let turn = 0; turn < 5; turn++) await visit(phone)
    const poison = await visit(phone, freshId(), { note: 'poison' })
    const send = service.send.bind(service)
    service.send = async (path, init) =>
      path.includes('/sync/push') && String(init.body).includes('poison') ? json({ code: 'bad_envelope' }, 400) : send(path, init)
    await phone.courier.go()
    expect(service.ledger.size).toBe(5)
    const kept = (await phone.entries()).filter((one) => one.state === 'rejected')
    expect(kept.map((one) => [one.op.op_id, one.answer?.code])).toEqual([[poison.op_id, 'bad_envelope']])
  })

  it('renews its token once and goes on; without a new one nothing is lost', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    service.accessTokens.clear()
    await phone.courier.go()
    expect([service.refreshes, service.ledger.size]).toEqual([1, 1])
    service.accessTokens.clear()
    service.expired = true
    await visit(phone)
    await phone.courier.go()
    expect(phone.courier.standing.trouble).toBe('sign_in')
    expect(await phone.outbox.count()).toBe(1)
  })

  it('waits as long as the service asks, and starts over when a link is back', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    service.fault = async () => json({ code: 'slow_down' }, 429, { 'retry-after': '900' })
    await phone.courier.go()
    expect(phone.courier.standing.nextTry! - Date.now()).toBeGreaterThan(890_000)
    phone.close()
  })

  it('goes again at once when a link comes back while a round is failing for want of one', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    await visit(phone)
    let online = false
    service.fault = async (): Promise<Response> => {
      if (online) return null as never
      online = true
      void phone.courier.go({ fresh: true }) // the page hears of the link before the lost call has ended
      throw new TypeError('Failed to fetch')
    }
    await phone.courier.go()
    await vi.waitFor(() => expect(phone.courier.standing.trouble).toBe('none'))
    expect([service.ledger.size, await phone.outbox.count()]).toEqual([1, 0])
    phone.close()
  })

  it('shows what was refused, keeps what waits, and lets neither stand before what is new', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    const [bad, early] = [await visit(phone), await visit(phone)]
    service.judge = (op) => (op.op_id === bad.op_id ? { status: 'rejected', code: 'forbidden' } : { status: 'waiting' })
    await phone.courier.go()
    service.judge = (op) => (op.op_id === early.op_id ? { status: 'waiting' } : {})
    await visit(phone)
    await phone.courier.go()
    const states = new Map((await phone.entries()).map((one) => [one.op.seq, one.state]))
    expect([...states]).toEqual([[3, 'sent'], [2, 'waiting'], [1, 'rejected']])
    await phone.dismiss(bad.op_id)
    expect(await phone.outbox.count()).toBe(1)
    await phone.outbox.sendTailAgain() // a restored service: what was given up stays so
    const after = new Map((await phone.entries()).map((one) => [one.op.seq, one.state]))
    expect([...after]).toEqual([[3, 'new'], [2, 'new'], [1, 'given_up']])
  })

  it('asks again soon while the record of an issue is behind its step, and when something is to come again', async () => {
    const service = new Service()
    const issue = freshId()
    service.feed = [upsert(issue, { state: 'assigned' }, 'issue', 1)]
    const phone = await phoneAt(service)
    const pause = (): number => phone.courier.standing.nextTry! - Date.now()
    await phone.courier.go()
    expect(pause()).toBeGreaterThan(200_000)
    service.judge = () => ({ rev: 2 })
    await phone.outbox.enter({ type: 'issue.step', entityId: issue, payload: { step: 'accept', expected_state: 'assigned' } })
    await phone.courier.go()
    expect(pause()).toBeLessThan(4_100)
    service.feed.push(upsert(issue, { state: 'handling' }, 'issue', 2))
    await phone.courier.go()
    expect(pause()).toBeGreaterThan(200_000)
    service.judge = () => ({ status: 'retry' })
    await visit(phone)
    await phone.courier.go()
    expect(pause()).toBeLessThan(4_100)
    phone.close()
  })

  it('sends its tail and its photos again to a restored service', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    const photo = await phone.photos.keep(new Uint8Array([1, 2, 3]), phone.policy)
    const op = await visit(phone)
    await phone.photos.bind([photo.id], op.entity_id)
    await phone.courier.go()
    expect([service.ledger.size, service.photos.size]).toEqual([1, 1])
    service.ledger.clear()
    service.photos.clear()
    service.epoch = freshId()
    await visit(phone)
    await phone.courier.go()
    expect([service.ledger.size, service.photos.size]).toEqual([2, 1])
    expect(await phone.outbox.count()).toBe(0)
  })

  it('asks for a photo before it sends it again', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    const photo = await phone.photos.keep(new Uint8Array([9]), phone.policy)
    await phone.photos.bind([photo.id], freshId())
    service.fault = (method, _, answer) => (method === 'PUT' ? answer().then(() => json({}, 502)) : null)
    await phone.courier.go()
    expect(await phone.photos.unsent()).toBe(1)
    service.fault = () => null
    service.calls = []
    await phone.courier.go()
    expect(service.calls.filter((one) => one.includes('/media/'))).toEqual([`HEAD /media/${photo.id}`])
    expect(await phone.photos.unsent()).toBe(0)
  })

  it('two_tabs_one_lock: while one tab sends, the other does not', async () => {
    const service = new Service()
    const one = await phoneAt(service)
    const two = await phoneAt(service, one.holder.account_id, one.cipher)
    for (let turn = 0; turn < 10; turn++) await visit(one)
    await Promise.all([one.courier.go(), two.courier.go()])
    expect(service.calls.filter((call) => call === 'POST /sync/push').length).toBe(1)
    expect(service.ledger.size).toBe(10)
  })
})
