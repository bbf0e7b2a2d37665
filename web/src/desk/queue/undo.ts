// Steps that can be taken back are not asked about beforehand: for ten seconds they are offered to be undone.
import { ref } from 'vue'
import { send } from '@/shared/api/client'
import { formOf } from '@/shared/words'
import type { Issue } from './useQueue'

export interface Done {
  issue: Issue
  step: string
  said: Record<string, unknown>
}
export const UNDO_MS = 10_000
export const done = ref<Done | null>(null)
let timer: ReturnType<typeof setTimeout> | undefined

export function didStep(issue: Issue, step: string, said: Record<string, unknown>): void {
  clearTimeout(timer)
  done.value = { issue, step, said }
  timer = setTimeout(() => (done.value = null), UNDO_MS)
}

export const mayUndo = (one: Done | null) => !!one && !!formOf('issue', one.step)?.undo

/** The step that takes it back, with `reason` wherever words are owed; the rest as it was said before. */
export async function undo(reason: string): Promise<Issue | null> {
  const last = done.value
  const back = last && formOf('issue', formOf('issue', last.step)?.undo ?? '')
  if (!last || !back) return null
  const body: Record<string, unknown> = { expected_version: last.issue.version }
  for (const field of back.fields) if (field.compulsory) body[field.name] = last.said[field.name] ?? reason
  for (const name of ['reason', 'text']) if (name in body) body[name] = reason
  done.value = null
  return send<Issue>('POST', back.route.replace(/\{\w+\}/, last.issue.id), body)
}
