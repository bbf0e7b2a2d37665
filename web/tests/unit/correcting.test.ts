import 'fake-indexeddb/auto'

import { beforeEach, describe, expect, it } from 'vitest'

import type { Entry } from '@/shared/offline/outbox'
import { formFor, layReady } from '@/worker/correcting'
import { sheet, told } from '@/worker/ground'
import { phoneAt, Service, stubLocks, visit } from './offline/service'

beforeEach(() => {
  stubLocks()
  const home = { id: 'h1', rev: 1, door: '3-2-501', head: '张桂英', people: [], d: { dwelling_id: 'd1' } }
  const issue = { id: 'i1', rev: 2, d: { steps: ['answer'] } }
  const list = { id: 'l1', rev: 1, d: { points: [{ id: 'p1' }, { id: 'p2' }] } }
  sheet.value = { ...sheet.value, homes: new Map([['h1', home]]), issues: new Map([['i1', issue]]), patrols: new Map([['l1', list]]), redirects: { old: 'h1' } } as never
  const fields = [{ name: 'text', kind: 'text' }, { name: 'called_at', kind: 'moment' }, { name: 'sure', kind: 'yes_no' }, { name: 'result', kind: 'choice', default: 'solved' }]
  told.stepForms = { forms: [{ subject: 'issue', step: 'answer', zh: '答复', en: 'answer', fields }] }
})

const entry = (type: string, entityId: string, payload: Record<string, unknown>): Entry =>
  ({ op: { op_id: 'o', type, entity: type.split('.')[0], entity_id: entityId, payload, form_version: `${type}@1` }, state: 'rejected', answer: null, enteredAt: 0, sentAt: null }) as never

describe('W3: what was refused comes back as the form it was filled in as', () => {
  it('a visit, at the household it leads to now', () => {
    const form = formFor(entry('visit.create', 'v', { household_id: 'old', kind: 'visit', result: 'met', way: 'phone', note: '好' }))!
    expect([form.path, form.draft]).toEqual(['/home/h1/visit', 'visit/h1'])
    expect(form.fields([])).toEqual({ result: 'met', kinds: ['visit'], way: 'phone', advice: [], note: '好', followUp: '', photos: [] })
    expect(formFor(entry('visit.create', 'v', { household_id: 'gone' }))).toBeNull()
  })

  it('a report, at its door or at its point and not where the phone is by now', () => {
    const at = formFor(entry('issue.create', 'x', { issue: { text: '漏水', dwelling_id: 'd1', place_text: '3-2-501 厨房', urgency: 'urgent' } }))!
    expect(at).toMatchObject({ path: '/report?home=h1', draft: 'report/h1' })
    expect(at.fields([])).toMatchObject({ text: '漏水', where: 'home', place: '厨房', urgency: 'urgent', pin: null, fixed: false })
    const there = formFor(entry('issue.create', 'x', { issue: { text: '坑', point: { lon: 1, lat: 2, source: 'gps' }, fixed_on_spot: '已填' } }))!
    expect(there.fields([])).toMatchObject({ where: 'pin', pin: { lon: 1, lat: 2 }, fixed: true, fixedWhat: '已填' })
  })

  it('a step while the matter still offers it, with its moments and answers as a person picks them', () => {
    const said = { text: '好了', called_at: '2026-11-20T01:30:00.000Z', sure: false }
    const form = formFor(entry('issue.step', 'i1', { step: 'answer', form: said }))!
    expect(form.fields([])).toEqual({ values: { text: '好了', called_at: '2026-11-20T09:30', sure: 'no', result: 'solved' }, photos: [] })
    expect(formFor(entry('issue.step', 'i1', { step: 'close', form: {} }))).toBeNull()
    expect(formFor(entry('household.edit', 'h1', {}))).toBeNull()
  })

  it('a round, each point as it was found', () => {
    const form = formFor(entry('patrol.create', 'r', { list_id: 'l1', findings: [{ point_id: 'p2', finding: 'reported' }] }))!
    expect(form.fields([])).toEqual({ p1: { finding: '', note: '' }, p2: { finding: 'reported', note: '' } })
  })

  it('and never over something else that is being filled in', async () => {
    const service = new Service()
    const phone = await phoneAt(service)
    const op = await visit(phone, 'h1', { photos: [] })
    service.judge = () => ({ status: 'rejected', code: 'malformed' })
    await phone.courier.go()
    const [refused] = await phone.entries()
    await phone.drafts.keep('visit/h1', 'visit.create@1', { note: '别的' })
    expect(await layReady(phone, refused!, formFor(refused!)!)).toBe(false)
    expect((await phone.entries())[0]!.state).toBe('rejected')
    await phone.drafts.drop('visit/h1')
    expect(await layReady(phone, refused!, formFor(refused!)!)).toBe(true)
    const [after] = await phone.entries()
    expect([after!.op.op_id, after!.state]).toEqual([op.op_id, 'given_up'])
    expect((await phone.drafts.read<{ result: string }>('visit/h1'))?.fields.result).toBe('met')
    phone.close()
  })
})
