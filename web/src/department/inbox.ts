// The unit's report-ins and orders as one inbox of three lists. Whose turn it is and what its clock says come from
// the service; here they are only put side by side, the clock that ends first on top.
import { reactive } from 'vue'
import { api, Refused, type Schemas, send, take } from '@/shared/api/client'
import { formOf } from '@/shared/words'

export type Turn = 'to_sign' | 'in_hand' | 'waiting'
export const TURNS: Turn[] = ['to_sign', 'in_hand', 'waiting']
type Clock = Schemas['ClockLeft']

export interface Line {
  kind: 'report_in' | 'order'
  id: string
  version: number
  number: string | null
  what: string | null
  place: string | null
  role: string
  state: string
  turn: Turn
  maySign: boolean
  clock: Clock | null
}

const PAGE = 50

export const inbox = reactive<{ lines: Line[]; at: Date | null; error: unknown; more: boolean; signing: Record<string, boolean> }>({
  lines: [], at: null, error: null, more: false, signing: {},
})
let limit = PAGE

/** Both lists anew; what was loaded stays on the screen until then, and after a failure. */
export async function load(): Promise<void> {
  try {
    const query = { limit }
    const [calls, orders] = await Promise.all([
      take(api.GET('/api/v1/report-ins', { params: { query } })),
      take(api.GET('/api/v1/orders', { params: { query } })),
    ])
    inbox.lines = [...calls.items.map(ofReportIn), ...orders.items.map(ofOrder)].sort(byClock)
    inbox.more = !!(calls.next_cursor || orders.next_cursor)
    inbox.at = new Date()
    inbox.error = null
  } catch (error) {
    inbox.error = error
  }
}

export function loadMore(): Promise<void> {
  limit = Math.min(limit + PAGE, 200)
  return load()
}

function ofReportIn(one: Schemas['ReportInLine']): Line {
  return {
    kind: 'report_in', id: one.id, version: one.version, number: one.number, what: one.title, place: one.place, role: one.role,
    state: one.state, turn: one.turn, maySign: one.may_sign, clock: one.clock,
  }
}

function ofOrder(one: Schemas['InboxLine']): Line {
  return {
    kind: 'order', id: one.id, version: one.version, number: one.number, what: one.what, place: one.place, role: one.role,
    state: one.state, turn: one.turn, maySign: one.may_sign, clock: one.clock,
  }
}

function byClock(a: Line, b: Line): number {
  const [x, y] = [a, b].map((one) => (one.clock && !one.clock.paused ? Date.parse(one.clock.due_at) : Infinity))
  return x! - y! || (a.number ?? '').localeCompare(b.number ?? '')
}

export function pathOf(line: { kind: Line['kind']; id: string }): string {
  return `/${line.kind === 'order' ? 'orders' : 'report-ins'}/${line.id}`
}

/** A signing that may still be taken back. */
export interface Signed {
  kind: Line['kind']
  id: string
  number: string
  until: number
}
export const undoable = reactive<{ last: Signed | null; note: string; error: unknown }>({ last: null, note: '', error: null })

/** One tap; a second tap or a retry after a lost answer signs once (`send` keeps the key). */
export async function sign(line: Pick<Line, 'kind' | 'id' | 'number'>): Promise<void> {
  if (inbox.signing[line.id]) return
  inbox.signing[line.id] = true
  try {
    await send('POST', `/api/v1${pathOf(line)}/steps/sign`, {})
    undoable.error = null
    const within = formOf(line.kind, 'sign')?.undo_within_s ?? 0 // how long it may be taken back is the service's word
    undoable.last = { kind: line.kind, id: line.id, number: line.number ?? '', until: Date.now() + within * 1000 }
  } catch (error) {
    undoable.error = error
  } finally {
    inbox.signing[line.id] = false
  }
  await load()
}

export async function unsign(): Promise<string | null> {
  const last = undoable.last
  if (!last) return null
  try {
    await send('POST', `/api/v1${pathOf(last)}/steps/unsign`, {})
    undoable.last = null
    undoable.error = null
    return last.number
  } catch (error) {
    undoable.error = error
    if (error instanceof Refused && error.status === 409) undoable.last = null
    return null
  } finally {
    await load()
  }
}
