/** The ground of a phone as pages show it: households with their people and doors, and the words of closed lists. */
import { reactive, shallowRef } from 'vue'

import type { Held } from '@/shared/offline/copy'
import type { Phone } from '@/shared/offline/phone'
import type { Manifest, Word } from '@/shared/offline/protocol'
import type {
  AreaRecord, DwellingRecord, HouseholdRecord, IssueRecord, PatrolListRecord, ResidentRecord, TaskRecord, VisitRecord,
} from './records'
import { indexOf, type Indexed } from './search'

/** A household with everything the list shows of it. */
export interface Home extends Indexed {
  id: string
  rev: number | null
  d: HouseholdRecord
  door: string
  head: string
  people: (Held<ResidentRecord> & { name: string })[]
}

export interface Sheet {
  homes: Map<string, Home>
  tasks: Held<TaskRecord>[]
  tasksOf: Map<string, Held<TaskRecord>[]>
  visitsOf: Map<string, Held<VisitRecord>[]>
  issues: Map<string, Held<IssueRecord>>
  patrols: Map<string, Held<PatrolListRecord>>
  grids: Map<string, Held<AreaRecord>>
  buildings: Map<string, Held<AreaRecord>>
  dwellings: Map<string, Held<DwellingRecord>>
  redirects: Record<string, string>
}

const EMPTY: Sheet = {
  homes: new Map(), tasks: [], tasksOf: new Map(), visitsOf: new Map(), issues: new Map(), patrols: new Map(),
  grids: new Map(), buildings: new Map(), dwellings: new Map(), redirects: {},
}

export const sheet = shallowRef<Sheet>(EMPTY)
export const lists = shallowRef<Record<string, Word[]>>({})
export const forms = shallowRef<NonNullable<Manifest['forms']>>([])
const wordOf = shallowRef(new Map<string, Word>())
export const told = reactive({ words: null as unknown, stepForms: null as unknown })

/** A door as people say it: 3-2-501. */
export function doorOf(d: { building: string | null; entrance: string | null; room: string | null }): string {
  return [d.building, d.entrance, d.room].filter(Boolean).join('-') || '—'
}

export const ground = {
  async read(phone: Phone): Promise<void> {
    sheet.value = { ...drawn(phone), redirects: await phone.redirects() }
    lists.value = phone.manifest?.dictionaries ?? {}
    forms.value = phone.manifest?.forms ?? []
    const known = new Map<string, Word>()
    for (const [list, words] of Object.entries(lists.value)) {
      for (const word of words) known.set(`${list}/${word.code}`, word)
    }
    // Lists of the other faces too: clocks, roles.
    told.words = (await phone.store.read<{ body: unknown }>('plain/words'))?.body ?? null
    const others = (told.words as { lists?: Record<string, Word[]> } | null)?.lists ?? {}
    for (const [list, words] of Object.entries(others)) {
      for (const word of words) if (!known.has(`${list}/${word.code}`)) known.set(`${list}/${word.code}`, word)
    }
    wordOf.value = known
    told.stepForms = (await phone.store.read<{ body: unknown }>('plain/step-forms'))?.body ?? null
  },
  clear(): void {
    sheet.value = EMPTY
  },
}

function drawn(phone: Phone): Omit<Sheet, 'redirects'> {
  const { copy } = phone
  const people = grouped(copy.of<ResidentRecord>('resident').values(), (one) => one.d.household_id)
  const homes = new Map<string, Home>()
  for (const one of copy.of<HouseholdRecord>('household').values()) homes.set(one.id, homeOf(one, people.get(one.id) ?? []))
  const tasks = [...copy.of<TaskRecord>('task').values()]
  const visits = grouped(copy.of<VisitRecord>('visit').values(), (one) => one.d.household_id ?? '')
  for (const list of visits.values()) list.sort((a, b) => b.d.at.localeCompare(a.d.at))
  return {
    homes, tasks, tasksOf: grouped(tasks, (one) => one.d.household_id), visitsOf: visits,
    issues: copy.of<IssueRecord>('issue'), patrols: copy.of<PatrolListRecord>('patrol_list'),
    grids: copy.of<AreaRecord>('grid'), buildings: copy.of<AreaRecord>('building'),
    dwellings: copy.of<DwellingRecord>('dwelling'),
  }
}

function homeOf(one: Held<HouseholdRecord>, residents: Held<ResidentRecord>[]): Home {
  const people = residents.map((person) => ({ ...person, name: person.d.name ?? '' }))
  people.sort((a, b) => Number(b.d.relation === 'head') - Number(a.d.relation === 'head'))
  const door = doorOf(one.d)
  const tails = people.map((person) => (person.d.phone_masked ?? '').slice(-4))
  return {
    ...one, door, head: people[0]?.name ?? '', people, ...indexOf(door, people.map((person) => person.name), tails),
  }
}

function grouped<T>(all: Iterable<T>, by: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const one of all) {
    const key = by(one)
    const group = found.get(key)
    if (group === undefined) found.set(key, [one])
    else group.push(one)
  }
  return found
}

/** Where an id leads after a merge. */
export function leadsTo(id: string): string {
  const { redirects, homes } = sheet.value
  let at = id
  for (let hop = 0; hop < 8 && !homes.has(at) && redirects[at]; hop++) at = redirects[at]!
  return at
}

/** The word of a closed list in the language of the page; the code itself when the list has none. */
export function word(list: string, code: string | null | undefined, language = 'zh'): string {
  if (!code) return ''
  const found = wordOf.value.get(`${list}/${code}`)
  if (found === undefined) return code
  return language.startsWith('zh') ? found.zh : (found.en ?? found.zh)
}
