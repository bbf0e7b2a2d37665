// Steps of an issue as forms: which there are comes with the record, what each asks comes from the service.
import type { Entry } from '@/shared/offline/outbox'
import { sheet, told } from './ground'
import { entries } from './session'

export interface StepField {
  name: string
  zh: string
  en: string
  kind: string
  compulsory: boolean
  words: string | null
  choices: string[] | null
  most: number | null
  least: number | null
  greatest: number | null
  default: unknown
}
export interface StepForm {
  subject: string
  step: string
  zh: string
  en: string
  fields: StepField[]
}

export function formOf(step: string): StepForm | null {
  const all = (told.stepForms as { forms?: StepForm[] } | null)?.forms ?? []
  return all.find((one) => one.subject === 'issue' && one.step === step) ?? null
}

/** The last step taken here of an issue, until the record shows what it has led to. */
export function pendingOf(issueId: string): Entry | null {
  const known = sheet.value.issues.get(issueId)?.rev ?? 0
  const taken = entries.value.find((one) => one.op.type === 'issue.step' && one.op.entity_id === issueId && one.state !== 'rejected')
  if (!taken) return null
  return taken.state !== 'sent' || (taken.answer?.rev ?? 0) > known ? taken : null
}

/** Lists that are looked up in the office's books: only with a connection. */
const LOOKED_UP: Record<string, { path: string; code: string; label: (one: Record<string, unknown>) => string }> = {
  unit: { path: '/units?limit=50', code: 'code', label: (one) => String(one.name) },
  area: { path: '/areas?limit=50', code: 'code', label: (one) => String(one.name) },
  post: { path: '/posts?limit=50', code: 'id', label: (one) => `${String(one.name ?? one.role)} ${String(one.ground_name ?? '')}` },
}

export function lookedUp(kind: string) {
  return LOOKED_UP[kind] ?? null
}
