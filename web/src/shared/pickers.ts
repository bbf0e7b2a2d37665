// What pickers look up: units, areas, posts and issues, each as code, label and hint.
import { send } from './api/client'

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

export async function findIssues(text: string): Promise<Picked[]> {
  if (!text) return []
  const query = q({ limit: '8', q: text })
  const page = await send<Page<{ id: string; number: string; text: string }>>('GET', `/api/v1/issues?${query}`)
  return page.items.map((one) => ({ code: one.number, label: one.number, hint: one.text.slice(0, 24) }))
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
