// A report is put on this phone first and leaves from there: once, by one key, however often it is tried.
// The words go alone; photos follow by the link, so that a photo never holds the words up (R3).
import { reactive } from 'vue'
import { newKey, refusal, Refused, type Schemas, send } from '@/shared/api/client'
import { begin, type Board, bodyOf, type Draft, draft, type Place, placeOf } from './draft'
import type { KeptPhoto } from './phone'

/** A report of this phone: on its way, not accepted, or arrived. */
export interface Report {
  key: string
  at: string
  /** What was typed; gone as soon as the service has it. */
  draft: Draft | null
  /** What is sent: fixed before the first try, because one key stands for one body. */
  body: Schemas['RaiseIssue'] | null
  place: Place
  /** Photos still to be sent. */
  photos: string[]
  lostPhotos: number
  state: 'waiting' | 'sent' | 'refused'
  problem: { status: number; code: string; zh: string; en: string; field: string | null; errors: [] } | null
  receipt: { number: string; token: string; url: string } | null
}

const PREFIX = 'wangge.r.report.'
const HAS = 'wangge.r.photos'
const QUIET_MS = 2500
const AGAIN_MS = 30_000
const PATIENCE_MS = 25_000

/** Reports of this phone by key. */
export const reports = reactive<Record<string, Report>>({})
let under_way: Promise<void> = Promise.resolve()
let wait = 0

// The database's code is as large as the first page: it is fetched when there are photos, or when the page has been
// quiet for a while, so that it is there when the line is gone.
const store = () => import('./phone').then((one) => one.phone)

function written(key: string): Report | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null') as Report | null
  } catch {
    return null
  }
}

export function load(): void {
  for (const name of Object.keys(localStorage)) {
    const one = name.startsWith(PREFIX) ? written(name.slice(PREFIX.length)) : null
    if (one) reports[one.key] = one
  }
}

function keep(report: Report): void {
  reports[report.key] = report
  localStorage.setItem(PREFIX + report.key, JSON.stringify(report))
}

export async function forget(key: string): Promise<void> {
  delete reports[key]
  localStorage.removeItem(PREFIX + key)
  if (localStorage.getItem(HAS)) await (await store()).photos.where('draft').equals(key).delete()
}

export async function photosOf(key: string): Promise<KeptPhoto[]> {
  if (!localStorage.getItem(HAS)) return []
  const found = await (await store()).photos.where('draft').equals(key).toArray()
  return found.sort((a, b) => a.at - b.at)
}

export async function keepPhoto(blob: Blob): Promise<KeptPhoto> {
  const photo = { id: newKey(), draft: draft.key, at: Date.now(), blob }
  await (await store()).photos.put(photo)
  localStorage.setItem(HAS, 'yes')
  return photo
}

export async function dropPhoto(id: string): Promise<void> {
  await (await store()).photos.delete(id)
}

/** What was not accepted goes back to the form, its photos with it. */
export async function takeBack(key: string): Promise<void> {
  if (localStorage.getItem(HAS)) await (await store()).photos.where('draft').equals(key).modify({ draft: draft.key })
  await forget(key)
}

/** From the form into the outbox; the form is empty afterwards, so a second tap has nothing to send. */
export async function queueUp(): Promise<Report> {
  const typed = JSON.parse(JSON.stringify(draft)) as Draft
  const photos = await photosOf(typed.key).catch(() => [])
  const report: Report = {
    key: typed.key, at: new Date().toISOString(), draft: typed, body: null, place: placeOf(typed),
    photos: photos.map((one) => one.id), lostPhotos: 0, state: 'waiting', problem: null, receipt: null,
  }
  keep(report)
  begin()
  return report
}

/** Try to send all that waits; one at a time, also with several tabs open. */
export function flush(): Promise<void> {
  under_way = under_way.then(() => locked(all)).catch(() => undefined)
  return under_way
}

async function locked(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work()
  await navigator.locks.request('wangge-resident', work)
}

/** All words before any photo; what the service has no time for stays, what needs a line stays with all behind it. */
async function all(): Promise<void> {
  for (const part of [sendWords, sendPhotos]) {
    for (const key of Object.keys(reports)) {
      const report = written(key) ?? reports[key] // another tab may have sent it meanwhile
      if (!report) continue
      reports[key] = report
      try {
        await part(report)
      } catch (error) {
        if (!(error instanceof Refused) || error.status === 0) return
        if (error.retryAfter) later(error.retryAfter * 1000)
      }
    }
  }
}

const PASSING = new Set([0, 401, 408, 425, 429])
const passes = (error: Refused) => PASSING.has(error.status) || error.status >= 500 || error.code === 'busy'

async function sendWords(report: Report): Promise<void> {
  if (report.state !== 'waiting' || !report.draft) return
  if (!report.body) keep(Object.assign(report, { body: bodyOf(await placed(report.draft)) }))
  let receipt: Schemas['RaisedOut']
  try {
    receipt = await patient(send<Schemas['RaisedOut']>('POST', '/api/v1/issues', report.body, report.key))
  } catch (error) {
    if (!(error instanceof Refused) || passes(error)) throw error
    const { status, code, zh, en, field } = error
    const problem = { status, code, zh, en, field, errors: error.errors as [] }
    return keep({ ...report, state: 'refused', problem })
  }
  const kept = { number: receipt.number, token: receipt.follow_token, url: receipt.follow_url }
  keep({ ...report, state: 'sent', draft: null, body: null, receipt: kept })
}

/** A sign that could not be read without a line is read now; one that is not ours leaves the place to the words. */
async function placed(typed: Draft): Promise<Draft> {
  if (!typed.sign || typed.board || !typed.atSign) return typed
  try {
    return { ...typed, board: await boardOf(typed.sign) }
  } catch (error) {
    if (!(error instanceof Refused) || passes(error)) throw error
    return { ...typed, district: districtBehind(typed.sign), sign: null }
  }
}

export const districtBehind = (sign: string): string | null => (/^\d{6}/.test(sign) ? sign.slice(0, 6) : null)

async function sendPhotos(report: Report): Promise<void> {
  if (report.state !== 'sent' || !report.photos.length) return
  const waiting = await photosOf(report.key)
  for (const id of [...report.photos]) {
    const photo = waiting.find((one) => one.id === id)
    let lost = photo ? 0 : 1
    try {
      if (photo) await uploadTo(report.receipt?.token ?? '', [photo.blob], photo.id)
    } catch (error) {
      if (!(error instanceof Refused) || passes(error)) throw error
      lost = 1 // the service will never take this one; the words are there
    }
    report = { ...report, photos: report.photos.filter((one) => one !== id), lostPhotos: report.lostPhotos + lost }
    keep(report)
    await dropPhoto(id)
  }
}

/** Photos by the link of a report; the key makes a repeated sending harmless. */
export async function uploadTo(token: string, blobs: Blob[], key: string): Promise<Schemas['FollowOut']> {
  const body = new FormData()
  for (const blob of blobs) body.append('photos', blob, 'photo.jpg')
  const headers = { 'Idempotency-Key': key }
  const response = await fetch(`/api/v1/follow/${token}/photos`, { method: 'POST', headers, body }).catch(() => null)
  if (!response) throw noLine()
  const said: unknown = await response.json().catch(() => null)
  if (!response.ok) throw refusal(response, said)
  return said as Schemas['FollowOut']
}

function noLine(): Refused {
  return new Refused(0, 'no_answer', '网络不通,稍后自动重发。', 'No connection; it is sent again later.')
}

export async function boardOf(sign: string): Promise<Board> {
  const { area_code, name, chain, point } = await send<Board>('GET', `/api/v1/boards/${encodeURIComponent(sign)}`)
  return { area_code, name, chain, point: point ?? null }
}

/** A line that neither answers nor breaks counts as broken; the key makes the next try harmless. */
function patient<T>(call: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, fail) => {
    setTimeout(() => fail(noLine()), PATIENCE_MS)
  })
  return Promise.race([call, over])
}

function later(ms: number): void {
  clearTimeout(wait)
  wait = window.setTimeout(() => void flush().finally(() => later(AGAIN_MS)), ms)
}

/** On start, when the line comes back, when the page is looked at again, and every half minute. */
export function watchTheLine(): void {
  load()
  void flush()
  setTimeout(() => {
    void store().catch(() => undefined)
    void import('./parts/QrCode.vue').catch(() => undefined)
  }, QUIET_MS)
  addEventListener('online', () => void flush())
  addEventListener('storage', load)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void flush())
  later(AGAIN_MS)
}
