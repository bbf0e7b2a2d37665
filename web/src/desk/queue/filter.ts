// The filter of the queue is the address: a pasted link shows a colleague the same, within what they may see.
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export const LISTS = ['unplaced', 'to_dispatch', 'soon', 'overdue', 'objected', 'verifying', 'held_due', 'to_revisit', 'later']
export const PARTS = ['list', 'state', 'category', 'channel', 'area', 'mine', 'screening', 'incident', 'closed', 'q'] as const
export type Part = (typeof PARTS)[number]
export const FIRST_LIST = 'to_dispatch'

/** What the service is asked, as a query string without page and size. */
export function filterOf(query: LocationQuery): string {
  const said = new URLSearchParams()
  for (const part of PARTS) for (const value of [query[part]].flat()) if (value && value !== 'all') said.append(part, value)
  return said.toString()
}

export function withPart(query: LocationQuery, changes: Partial<Record<Part, string | undefined>>): LocationQueryRaw {
  const next: LocationQueryRaw = { ...query, ...changes }
  delete next.issue
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== ''))
}

export function parsed(query: string): LocationQueryRaw {
  const found: Record<string, string[]> = {}
  for (const [name, value] of new URLSearchParams(query)) (found[name] ??= []).push(value)
  return { list: 'all', ...found }
}
