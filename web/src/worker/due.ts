// The due list: what is late, today's, this week's. The service has reckoned tasks, days and priorities; here they
// are only laid beside today's date, with what this phone has entered and the service does not know yet.
import { computed } from 'vue'
import type { Held } from '@/shared/offline/copy'
import { isRefused, type Entry } from '@/shared/offline/outbox'
import { leadsTo, sheet, type Home } from './ground'
import { byDoor } from './search'
import type { IssueRecord, PatrolListRecord, TaskRecord } from './records'
import { entries } from './session'
import { addDays, dayOf, now, today, weekEnd } from './days'

export type Group = 'overdue' | 'today' | 'week' | 'later'
export const GROUPS: Group[] = ['overdue', 'today', 'week', 'later']

interface Row {
  key: string
  group: Group
  day: string
  priority: number
}
export interface VisitRow extends Row {
  of: 'visit'
  home: Home
  task: Held<TaskRecord> | null
}
export interface IssueRow extends Row {
  of: 'issue'
  issue: Held<IssueRecord>
  at: string | null
}
export interface PatrolRow extends Row {
  of: 'patrol'
  list: Held<PatrolListRecord>
}
export type DueRow = VisitRow | IssueRow | PatrolRow

function groupOf(day: string, late: boolean): Group {
  if (late) return 'overdue'
  if (day <= today()) return 'today'
  return day <= weekEnd() ? 'week' : 'later'
}

export function isLate(task: TaskRecord): boolean {
  return task.due_at ? Date.parse(task.due_at) < now() : task.late_after < today()
}

/** Open tasks of one household, one for each plan: the missed one that no later one has made good, else the next. */
export function openTasks(tasks: Held<TaskRecord>[]): Held<TaskRecord>[] {
  const byPlan = new Map<string, Held<TaskRecord>[]>()
  for (const task of tasks) {
    const plan = `${task.d.post_id ?? ''}/${task.d.period}/${task.d.kinds.join()}`
    byPlan.set(plan, [...(byPlan.get(plan) ?? []), task])
  }
  return [...byPlan.values()].flatMap((all) => nextOf(all) ?? [])
}

function nextOf(all: Held<TaskRecord>[]): Held<TaskRecord> | null {
  const inOrder = [...all].sort((a, b) => a.d.starts_on.localeCompare(b.d.starts_on))
  const answered = inOrder.map((one) => one.d.state === 'covered' || one.d.state === 'refused').lastIndexOf(true)
  const open = inOrder.filter((one, place) => one.d.state === 'open' && place > answered)
  const missed = open.filter((one) => isLate(one.d))
  return missed[missed.length - 1] ?? open.find((one) => one.d.due_on >= today()) ?? null
}

/** The visits entered here of each household, the latest first. */
export const visitsHere = computed(() => {
  const found = new Map<string, Entry[]>()
  for (const one of entries.value) {
    if (one.op.type !== 'visit.create' || isRefused(one.state)) continue
    const home = leadsTo(String(one.op.payload.household_id ?? ''))
    found.set(home, [...(found.get(home) ?? []), one])
  }
  return found
})

/** What this phone has said of a household and the copy does not show yet. */
export function saidOf(homeId: string): Entry | null {
  const known = new Set((sheet.value.visitsOf.get(homeId) ?? []).map((one) => one.id))
  return visitsHere.value.get(homeId)?.find((one) => !known.has(one.op.entity_id)) ?? null
}

/** An agreed next visit that no later visit has followed. */
export function followUpOf(homeId: string): string | null {
  const [last] = sheet.value.visitsOf.get(homeId) ?? []
  return last?.d.follow_up_on ?? null
}

function visitRows(): VisitRow[] {
  const rows: VisitRow[] = []
  for (const home of sheet.value.homes.values()) {
    const tasks = openTasks(sheet.value.tasksOf.get(home.id) ?? [])
    for (const task of tasks) {
      const late = isLate(task.d)
      rows.push({ of: 'visit', key: task.id, group: groupOf(task.d.due_on, late), day: task.d.due_on, priority: task.d.priority, home, task })
    }
    const agreed = followUpOf(home.id)
    if (agreed && !tasks.some((task) => isLate(task.d))) {
      rows.push({ of: 'visit', key: `follow-${home.id}`, group: groupOf(agreed, agreed < today()), day: agreed, priority: 2, home, task: null })
    }
  }
  return rows
}

function issueRows(): IssueRow[] {
  return [...sheet.value.issues.values()].map((issue) => {
    const at = issue.d.clock?.due_at ?? issue.d.due_at
    const day = at ? dayOf(at) : addDays(today(), 30)
    return { of: 'issue', key: issue.id, group: groupOf(day, !!at && Date.parse(at) < now()), day, priority: 1, issue, at }
  })
}

function patrolRows(): PatrolRow[] {
  return [...sheet.value.patrols.values()].map((list) => {
    const { last_at, every_days } = list.d
    const day = last_at ? addDays(dayOf(last_at), every_days ?? 30) : today()
    return { of: 'patrol', key: list.id, group: groupOf(day, !!last_at && day < today()), day, priority: 3, list }
  })
}

function byPlace(a: DueRow, b: DueRow): number {
  if (a.of === 'visit' && b.of === 'visit') return byDoor(a.home, b.home)
  return a.key < b.key ? -1 : 1
}

export const rows = computed<DueRow[]>(() => {
  const all: DueRow[] = [...visitRows(), ...issueRows(), ...patrolRows()]
  return all.sort((a, b) => a.priority - b.priority || a.day.localeCompare(b.day) || byPlace(a, b))
})

/** Rows of homes that were called on just now and whose visit says that it is done: shown apart, with their tick. */
export function isSettled(row: DueRow): boolean {
  if (row.of === 'visit') {
    const said = saidOf(row.home.id)
    return said !== null && said.op.payload.result !== 'not_home'
  }
  if (row.of === 'patrol') return entries.value.some((one) => one.op.type === 'patrol.create' && one.op.payload.list_id === row.key && !isRefused(one.state) && Date.parse(one.op.occurred_at) > Date.parse(row.list.d.last_at ?? '1970-01-01'))
  return false
}
