// A report is put on this phone first and leaves from there: once, by one key, however often it is tried.
// The words go alone; photos follow by the link, so that a photo never holds the words up (R3).
import { reactive } from 'vue'
import { newKey, refusal, Refused, type Schemas, send } from '@/shared/api/client'
import { begin, type Board, bodyOf, type Draft, draft } from './draft'
import type { KeptPhoto, Report } from './phone'

// The database's code is as large as the first page: it is fetched when there is something in it, or when the page
// has been quiet for a while, so that it is there when the line is gone.
const HAS = 'wangge.r.kept'
const QUIET_MS = 2500
const anything = () => localStorage.getItem(HAS) !== null
const store = () => import('./phone').then((one) => one.phone)
const written = () => {
  localStorage.setItem(HAS, 'yes')
  return store()
}
const AGAIN_MS = 30_000
const PATIENCE_MS = 25_000

/** Reports of this phone by key, newest last. */
export const reports = reactive<Record<string, Report>>({})
let under_way: Promise<void> | null = null
let wait = 0

export async function load(): Promise<void> {
  if (!anything()) return
  try {
    for (const one of await (await store()).reports.orderBy('at').toArray()) reports[one.key] = one
  } catch {
    // Private windows may have no database: what is typed is in the draft, and sending goes straight through.
  }
}

async function keep(report: Report): Promise<void> {
  reports[report.key] = report
  try {
    await (await written()).reports.put(JSON.parse(JSON.stringify(report)) as Report)
  } catch {
    return
  }
}

export async function forget(key: string): Promise<void> {
  delete reports[key]
  const phone = await store()
  await phone.reports.delete(key)
  await phone.photos.where('draft').equals(key).delete()
}

export async function photosOf(key: string): Promise<KeptPhoto[]> {
  if (!anything()) return []
  const found = await (await store()).photos.where('draft').equals(key).toArray()
  return found.sort((a, b) => a.at - b.at)
}

export async function keepPhoto(blob: Blob): Promise<KeptPhoto> {
  const photo = { id: newKey(), draft: draft.key, at: Date.now(), blob }
  await (await written()).photos.put(photo)
  return photo
}

export async function dropPhoto(id: string): Promise<void> {
  await (await store()).photos.delete(id)
}

/** From the form into the outbox; the form is empty afterwards, so a second tap has nothing to send. */
export async function queueUp(): Promise<Report> {
  const typed = JSON.parse(JSON.stringify(draft)) as Draft
  const photos = await photosOf(typed.key).catch(() => [])
  const report: Report = {
    key: typed.key, at: new Date().toISOString(), draft: typed, photos: photos.map((one) => one.id), lostPhotos: 0,
    state: 'waiting', problem: null, receipt: null,
  }
  await keep(report)
  begin(true)
  return report
}

/** Try to send all that waits; one at a time, also with several tabs open. */
export function flush(): Promise<void> {
  under_way ??= locked(all).finally(() => (under_way = null))
  return under_way
}

async function locked(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work()
  await navigator.locks.request('wangge-resident', work)
}

async function all(): Promise<void> {
  for (const key of Object.keys(reports)) {
    const report = await latest(key)
    try {
      if (report?.state === 'waiting') await sendWords(report)
      if (report?.state === 'sent' && report.photos.length) await sendPhotos(report)
    } catch (error) {
      if (error instanceof Refused && error.retryAfter) later(error.retryAfter * 1000)
      return // no line, or the service is busy: everything stays where it is
    }
  }
}

/** Another tab may have sent it meanwhile. */
async function latest(key: string): Promise<Report | undefined> {
  const kept = await store().then((phone) => phone.reports.get(key)).catch(() => undefined)
  if (kept && reports[key]) Object.assign(reports[key], kept)
  return reports[key]
}

const PASSING = new Set([0, 401, 408, 425, 429])
const passes = (error: Refused) => PASSING.has(error.status) || error.status >= 500 || error.code === 'busy'

async function sendWords(report: Report): Promise<void> {
  if (!report.draft) return
  const typed = report.draft
  if (typed.sign && !typed.board && typed.atSign) typed.board = await boardOf(typed.sign).catch(() => null)
  let receipt: Schemas['RaisedOut']
  try {
    receipt = await patient(send<Schemas['RaisedOut']>('POST', '/api/v1/issues', bodyOf(typed), report.key))
  } catch (error) {
    if (!(error instanceof Refused) || passes(error)) throw error
    const { status, code, zh, en, field } = error
    const problem = { status, code, zh, en, field, errors: error.errors as [] }
    return keep({ ...report, state: 'refused', problem })
  }
  report.state = 'sent'
  report.draft = null
  report.receipt = { number: receipt.number, token: receipt.follow_token, url: receipt.follow_url }
  await keep(report)
}

async function sendPhotos(report: Report): Promise<void> {
  const waiting = await photosOf(report.key)
  for (const id of [...report.photos]) {
    const photo = waiting.find((one) => one.id === id)
    try {
      if (photo) await uploaded(report.receipt?.token ?? '', photo)
      else report.lostPhotos += 1
    } catch (error) {
      if (!(error instanceof Refused) || passes(error)) throw error
      report.lostPhotos += 1 // the service will never take this one; the words are there
    }
    report.photos = report.photos.filter((one) => one !== id)
    await keep(report)
    await dropPhoto(id)
  }
}

async function uploaded(token: string, photo: KeptPhoto): Promise<void> {
  await uploadTo(token, [photo.blob], photo.id)
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

export function boardOf(sign: string): Promise<Board> {
  return send<Board>('GET', `/api/v1/boards/${encodeURIComponent(sign)}`)
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
  void load().then(flush)
  setTimeout(() => {
    void store().catch(() => undefined)
    void import('./parts/QrCode.vue').catch(() => undefined)
  }, QUIET_MS)
  addEventListener('online', () => void flush())
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void flush())
  later(AGAIN_MS)
}
