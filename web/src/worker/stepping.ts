// Steps of an issue as forms: which there are comes with the record, what each asks comes from the service.
import { isRefused, type Entry } from '@/shared/offline/outbox'
import { sheet, told } from './ground'
import { entries, phone } from './session'
import { ticking } from './ticking'

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

const PATIENCE_MS = 10 * 60_000

/** The last step taken here of an issue, until the record shows it: before that its buttons are those of before. */
export function pendingOf(issueId: string): Entry | null {
  const last = entries.value.find((one) => one.op.type === 'issue.step' && one.op.entity_id === issueId && !isRefused(one.state))
  if (last === undefined) return null
  return last.state !== 'sent' || isAhead(last, issueId) ? last : null
}

function isAhead({ answer, sentAt }: Entry, issueId: string): boolean {
  void ticking.value
  const since = (phone.value?.clock.wall() ?? 0) - (sentAt ?? 0)
  return (answer?.rev ?? 0) > revOf(issueId) && since < PATIENCE_MS
}

/** The last step taken here, when the service has made a comment of it and nothing has happened since. */
export function cameLate(issueId: string): Entry | null {
  const last = entries.value.find((one) => one.op.type === 'issue.step' && one.op.entity_id === issueId)
  return last?.answer?.code === 'issue_moved_on' && (last.answer.rev ?? 0) >= revOf(issueId) ? last : null
}

function revOf(issueId: string): number {
  return sheet.value.issues.get(issueId)?.rev ?? 0
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
