// What a resident has typed so far: kept on this phone with every key, until it is sent. Photos are in `phone.ts`.
import { computed, reactive, ref, watch } from 'vue'
import { newKey, type Refused, type Schemas } from '@/shared/api/client'

export type Suggested = Schemas['SuggestedOut']
/** The part of a sign board this face reads. */
export interface Board {
  area_code: string
  name: string
  chain: { level: string; code: string; name: string }[]
  leader?: { name: string; phone: string | null } | null
  supervision_phone?: string | null
  point?: { lon: number; lat: number } | null
}
export interface Point {
  lon: number
  lat: number
  accuracy_m: number | null
  source: 'gps' | 'map'
}
export interface Draft {
  /** The Idempotency-Key of this report: the same for every try. */
  key: string
  text: string
  category: Suggested | null
  categoryByHand: boolean
  sign: string | null
  board: Board | null
  atSign: boolean
  point: Point | null
  placeText: string
  name: string
  phone: string
  confidential: boolean
  same: { id: string; words: string } | null
}

const KEY = 'wangge.r.draft'

function fresh(): Draft {
  return {
    key: newKey(), text: '', category: null, categoryByHand: false, sign: null, board: null, atSign: true, point: null,
    placeText: '', name: '', phone: '', confidential: false, same: null,
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

/** A new report; the sign stays where the same place is meant. */
export function begin(samePlace: boolean): void {
  const { sign, board, atSign } = draft
  Object.assign(draft, fresh(), samePlace ? { sign, board, atSign } : {})
  refused.value = null
  neighbours.value = []
}

/** Back to the form with what could not be sent, under a key of its own. */
export function restore(old: Draft, problem: Refused | null): void {
  Object.assign(draft, old, { key: newKey() })
  refused.value = problem
}

/** The district a link or a sign names; without one the service knows when there is only one. */
export const district = computed<string | undefined>(() => {
  const named = new URLSearchParams(location.search).get('d') ?? draft.sign?.slice(0, 6)
  return named && /^\d{6}$/.test(named) ? named : undefined
})

export const here = computed(() => (draft.atSign && draft.board ? draft.board : null))

/** Where it is, for looking around: the phone's or the map's place before the sign's. */
export const around = computed(() => draft.point ?? here.value?.point ?? null)

export const placeName = computed(() => {
  const board = here.value
  if (!board) return ''
  const above = board.chain.filter((one) => one.level === 'community').map((one) => one.name)
  return [...above, board.name].join(' ')
})

/** The body of `POST /issues`. */
export function bodyOf(one: Draft): Schemas['RaiseIssue'] {
  const board = one.atSign ? one.board : null
  const contact = { name: one.name.trim() || null, phone: one.phone.replace(/\s/g, '') || null }
  const body: Record<string, unknown> = { text: one.text, confidential: one.confidential }
  if (one.category) body.category = one.category.code
  if (one.point) body.point = { ...one.point, crs: 'wgs84' }
  else if (board) body.area_code = board.area_code
  if (one.placeText.trim()) body.place_text = one.placeText.trim()
  if (contact.name || contact.phone) body.contact = contact
  if (one.same) body.same_as = one.same.id
  if (district.value) body.district = district.value
  return body as Schemas['RaiseIssue']
}

/** What the service says of one field, in the language asked for. */
export function faultOf(field: string, en: boolean): string {
  const error = refused.value
  const found = error?.errors.find((one) => one.field === field)
  if (found) return en ? found.title_en : found.title
  return error?.field === field ? (en ? error.en : error.zh) : ''
}
