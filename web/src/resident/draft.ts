// What a resident has typed so far: kept on this phone with every key, until it is sent. Photos are in `phone.ts`.
import { computed, reactive, ref, watch } from 'vue'
import { newKey, type Refused, type Schemas } from '@/shared/api/client'
import { told } from './told'

export type Suggested = Schemas['SuggestedOut']
/** The part of a sign board this face reads. */
export interface Board {
  area_code: string
  name: string
  chain: { level: string; code: string; name: string }[]
  point?: { lon: number; lat: number } | null
}
export interface Point {
  lon: number
  lat: number
  accuracy_m: number | null
  source: 'gps' | 'map'
}
/** Where it is, as far as it was said. */
export interface Place {
  district: string | null
  sign: string | null
  board: Board | null
  atSign: boolean
  point: Point | null
  placeText: string
  /** The known place that was chosen for these words. */
  chosen: { code: string; name: string } | null
}
export interface Draft extends Place {
  /** The Idempotency-Key of this report: the same for every try. */
  key: string
  text: string
  category: Suggested | null
  categoryByHand: boolean
  name: string
  phone: string
  confidential: boolean
  same: { id: string; words: string } | null
}

const KEY = 'wangge.r.draft'
const NOWHERE: Place = { district: null, sign: null, board: null, atSign: true, point: null, placeText: '', chosen: null }

function fresh(): Draft {
  return {
    key: newKey(), text: '', category: null, categoryByHand: false, name: '', phone: '', confidential: false, same: null, ...NOWHERE,
  }
}

function kept(): Draft {
  try {
    return { ...fresh(), ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Draft>) }
  } catch {
    return fresh()
  }
}

export const draft = reactive<Draft>(kept())
/** What the service did not accept, by field of its contract. */
export const refused = ref<Refused | null>(null)
export const neighbours = ref<Schemas['NeighbourOut'][]>([])

watch(draft, () => localStorage.setItem(KEY, JSON.stringify(draft)), { deep: true, flush: 'sync' })

export function placeOf(one: Place): Place {
  const { district, sign, board, atSign, point, placeText, chosen } = one
  return { district, sign, board, atSign, point, placeText, chosen }
}

/** A new report, at a place that is known or at none. */
export function begin(place: Place = { ...NOWHERE, district: draft.district }): void {
  Object.assign(draft, fresh(), place)
  refused.value = null
}

/** Back to the form with what could not be sent, under a key of its own. */
export function restore(old: Draft, problem: Refused | null): void {
  Object.assign(draft, old, { key: newKey() })
  refused.value = problem
}

/** The district a sign or a link names, or the one chosen; without one the service knows when there is only one. */
export function districtOf(one: Place): string | undefined {
  const named = one.sign?.slice(0, 6)
  return (named && /^\d{6}$/.test(named) ? named : one.district) ?? undefined
}
export const district = computed(() => districtOf(draft))
/** Several districts live here, and nothing says which is meant. */
export const whichDistrict = computed(() => (told.value?.districts.length ?? 0) > 1 && !draft.sign)

export const boardAt = (one: Place): Board | null => (one.atSign ? one.board : null)
export const here = computed(() => boardAt(draft))

/** Where it is, for looking around: the phone's or the map's place before the sign's. */
export const around = computed(() => draft.point ?? here.value?.point ?? null)

export function nameOf(board: Board | null): string {
  if (!board) return ''
  const above = board.chain.filter((one) => one.level === 'community').map((one) => one.name)
  return [...above, board.name].join(' ')
}

/** The body of `POST /issues`. */
export function bodyOf(one: Draft): Schemas['RaiseIssue'] {
  const board = boardAt(one)
  const contact = { name: one.name.trim() || null, phone: one.phone.replace(/\s/g, '') || null }
  const body: Record<string, unknown> = { text: one.text, confidential: one.confidential }
  if (one.category) body.category = one.category.code
  if (one.point) body.point = { ...one.point, crs: 'wgs84' }
  else if (board) body.area_code = board.area_code
  else if (one.chosen) body.area_code = one.chosen.code
  if (one.placeText.trim()) body.place_text = one.placeText.trim()
  if (contact.name || contact.phone) body.contact = contact
  if (one.same) body.same_as = one.same.id
  const named = districtOf(one)
  if (named) body.district = named
  return body as Schemas['RaiseIssue']
}

/** Which page a field of the contract stands on, and what it is called there. */
export const FIELDS: Record<string, { to: string; label: string; how?: string }> = {
  text: { to: '/#text', label: 'write.title' },
  category: { to: '/#category', label: 'write.kind' },
  district: { to: '/#district', label: 'place.district' },
  place_text: { to: '/#place_text', label: 'place.title' },
  point: { to: '/#place_text', label: 'place.title' },
  area_code: { to: '/#place_text', label: 'place.title' },
  'contact.name': { to: '/contact#name', label: 'contact.name', how: 'contact.nameHow' },
  'contact.phone': { to: '/contact#phone', label: 'contact.phone', how: 'contact.phoneHow' },
}

/** What the service says of one field, in the language asked for. */
export function faultOf(field: string, en: boolean): string {
  const error = refused.value
  const found = error?.errors.find((one) => one.field === field)
  if (found) return en ? found.title_en : found.title
  return error?.field === field ? (en ? error.en : error.zh) : ''
}
