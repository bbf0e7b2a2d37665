/** The records of a phone's copy, as the service writes them (`app/sync/showing.py`). */

export interface AreaRecord {
  code: string
  name: string
  parent_id: string | null
  border: { type: string; coordinates: unknown } | null
}

export interface DwellingRecord {
  building: string | null
  entrance: string | null
  room: string | null
  use: string
  building_group_id: string | null
  lon: number | null
  lat: number | null
}

export interface HouseholdRecord {
  dwelling_id: string
  kind: string
  grid_id: string | null
  building: string | null
  entrance: string | null
  room: string | null
  use: string
  visited_at: string | null
  care?: string[] | null
  note?: string
}

export interface ResidentRecord {
  household_id: string
  relation: string
  phone_masked: string | null
  id_number_masked: string | null
  name?: string
}

export interface TaskRecord {
  household_id: string
  starts_on: string
  ends_on: string
  due_on: string
  due_at: string | null
  state: string
  done_by: string | null
  post_id: string | null
  period: string
  kinds: string[]
  ways: string[]
  grace_days: number
  late_after: string
  priority: number
}

export interface VisitRecord {
  household_id: string | null
  dwelling_id: string | null
  kind: string
  result: string
  way: string
  at: string
  follow_up_on: string | null
  note: string | null
  post_id: string
  issue_id: string | null
}

export interface IssueRecord {
  number: string
  state: string
  type: string
  category: string | null
  urgency: string
  text: string
  place_text: string | null
  due_at: string | null
  raised_at: string
  lon: number | null
  lat: number | null
  holder_id: string | null
  clock: { kind: string; due_at: string } | null
  others: number
  steps: string[]
}

export interface PatrolPointRecord {
  id: string
  text: string
  dwelling_id: string | null
  finding: string | null
  lon: number | null
  lat: number | null
}

export interface PatrolListRecord {
  name: string
  basis: string | null
  every_days: number | null
  building_group_id: string | null
  points: PatrolPointRecord[] | null
  last_at: string | null
}
