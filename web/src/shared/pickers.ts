// What pickers look up: units, areas, posts and issues, each as code, label and hint.
import { send } from './api/client'
import { atTime } from './time'

export interface Picked {
  code: string
  label: string
  hint?: string
}
interface Page<T> {
  items: T[]
}
interface Named {
  code: string
  name: string
}

const q = (said: Record<string, string>) => new URLSearchParams(said).toString()

export async function findUnits(text: string): Promise<Picked[]> {
  const query = q({ limit: '20', ...(text && { q: text }) })
  const said = await send<Page<Named> | Named[]>('GET', `/api/v1/units?${query}`)
  return (Array.isArray(said) ? said : said.items).map((one) => ({ code: one.code, label: one.name, hint: one.code }))
}

export async function findAreas(text: string): Promise<Picked[]> {
  const query = q({ limit: '20', ...(text && { q: text }) })
  const page = await send<Page<Named>>('GET', `/api/v1/areas?${query}`)
  return page.items.map((one) => ({ code: one.code, label: one.name, hint: one.code }))
}

interface Issue {
  id: string
  number: string
  text: string
}

async function issuesBy(text: string): Promise<Issue[]> {
  if (!text) return []
  return (await send<Page<Issue>>('GET', `/api/v1/issues?${q({ limit: '8', q: text })}`)).items
}

export async function findIssues(text: string): Promise<Picked[]> {
  return (await issuesBy(text)).map((one) => ({ code: one.number, label: one.number, hint: one.text.slice(0, 24) }))
}

/** Issues by number or words; chosen by id. */
export async function findIssueIds(text: string): Promise<Picked[]> {
  return (await issuesBy(text)).map((one) => ({ code: one.id, label: one.number, hint: one.text.slice(0, 24) }))
}

/** The incident an issue belongs to: found by the issue's number, chosen by the incident's id. */
export async function findIncidents(text: string): Promise<Picked[]> {
  const near = (await issuesBy(text)).slice(0, 4)
  const full = await Promise.all(near.map((one) => send<{ incident_id: string | null }>('GET', `/api/v1/issues/${one.id}`)))
  return near.flatMap((one, at) => {
    const code = full[at]?.incident_id
    return code ? [{ code, label: one.number, hint: one.text.slice(0, 24) }] : []
  })
}

/** The scores of a whistle that may be meant: each by its unit's link and its result. */
export async function scoresOf(whistle: string, word: (list: string, code: string) => string): Promise<Picked[]> {
  interface Score {
    id: string
    link: string
    result: string
    stars: number | null
    at: string
  }
  const full = await send<{ scores: Score[] }>('GET', `/api/v1/whistles/${whistle}`)
  return full.scores.map((one) => ({
    code: one.id, label: `${word('link', one.link)} · ${one.stars ?? word('score_result', one.result)}`, hint: atTime(one.at),
  }))
}

export async function findPosts(text: string): Promise<Picked[]> {
  interface Post {
    id: string
    role_zh?: string
    role: string
    name?: string | null
    ground_name?: string
  }
  const page = await send<Page<Post>>('GET', `/api/v1/posts?${q({ limit: '20', ...(text && { q: text }) })}`)
  return page.items.map((one) => ({ code: one.id, label: one.name ?? one.role, hint: one.ground_name ?? '' }))
}
