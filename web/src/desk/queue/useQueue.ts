// The rows of a filter. What arrives while somebody reads is counted, not pushed in; what others did stays in place
// and says so, until the reader asks for the list anew.
import { reactive, ref } from 'vue'
import { api, Refused, type Schemas, send, take } from '@/shared/api/client'
import { me } from '@/shared/session'

export type Line = Schemas['IssueLine']
export type Issue = Schemas['IssueOut']
export interface Taken {
  step: string
  who: string | null
  at: string
}
interface Pages {
  items: Line[]
  next_cursor: string | null
}
const SIZE = 50
const SETTLE_MS = 250

export function useQueue() {
  const lines = ref<Line[]>([])
  const taken = reactive<Record<string, Taken>>({})
  const next = ref<string | null>(null)
  const fresh = ref(0)
  const loading = ref(true)
  const error = ref<unknown>(null)
  const asOf = ref(Date.now())
  let filter = ''
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = (cursor?: string) =>
    send<Pages>('GET', `/api/v1/issues?${[filter, `limit=${SIZE}`, cursor && `cursor=${encodeURIComponent(cursor)}`].filter(Boolean).join('&')}`)

  async function load(wanted = filter): Promise<void> {
    const mine = ++turn
    if (wanted !== filter) lines.value = []
    filter = wanted
    loading.value = true
    error.value = null
    try {
      const page = await ask()
      if (mine !== turn) return
      lines.value = page.items
      next.value = page.next_cursor
      fresh.value = 0
      asOf.value = Date.now()
      for (const id of Object.keys(taken)) delete taken[id]
    } catch (caught) {
      if (mine === turn) error.value = caught
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  async function more(): Promise<void> {
    if (!next.value) return
    const mine = turn
    const page = await ask(next.value)
    if (mine !== turn) return
    const known = new Set(lines.value.map((one) => one.id))
    lines.value = [...lines.value, ...page.items.filter((one) => !known.has(one.id))]
    next.value = page.next_cursor
  }

  /** Something changed somewhere: look once for all of it. */
  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void look(), SETTLE_MS)
  }

  async function look(): Promise<void> {
    const mine = turn
    const page = await ask().catch(() => null)
    if (!page || mine !== turn) return
    asOf.value = Date.now()
    const there = new Map(page.items.map((one) => [one.id, one]))
    const known = new Set(lines.value.map((one) => one.id))
    fresh.value = page.items.filter((one) => !known.has(one.id)).length
    const gone = lines.value.slice(0, SIZE).filter((one) => !there.has(one.id) && !taken[one.id])
    lines.value = lines.value.map((one) => there.get(one.id) ?? one)
    await Promise.all(gone.map((one) => whoTook(one.id)))
  }

  /** Who moved a matter last, told on its row when it was somebody else. */
  async function whoTook(id: string): Promise<void> {
    const issue = await take(api.GET('/api/v1/issues/{issue_id}', { params: { path: { issue_id: id } } })).catch((caught) => caught as Refused)
    if (issue instanceof Error) return
    const last = issue.trail.filter((one) => one.from_state !== one.to_state).at(-1)
    if (last && last.post_id !== me.value?.post?.id) taken[id] = { step: last.step, who: last.who ?? null, at: last.at }
  }

  function drop(ids: string[]): void {
    lines.value = lines.value.filter((one) => !ids.includes(one.id))
  }

  return { lines, taken, next, fresh, loading, error, asOf, load, more, soon, look, whoTook, drop }
}
