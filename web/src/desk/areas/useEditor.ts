// A request while it is drawn: what is asked for, tried out by the service after every change, kept when it is sent.
import { computed, reactive, ref, watch } from 'vue'
import { api, type Schemas, take } from '@/shared/api/client'
import { type Drawn, type Feature, type Outline } from './outline'

export const KINDS = ['split', 'merge', 'redraw', 'move', 'rename', 'upgrade', 'hand_over', 'close'] as const
export type Kind = (typeof KINDS)[number]
export type Content = Schemas['NewChange']['content']
export interface Named {
  code: string
  name: string
}
export interface Piece extends Named {
  shape: Outline
  m2: number
}
const PAUSE = 400 // milliseconds of rest before the service is asked

export function blank() {
  return {
    kind: 'split' as Kind, area: null as Named | null, pieces: [] as Piece[], areas: [] as Named[], code: '', name: '',
    to: null as Named | null, withGround: true, redrawn: [] as { code: string; shape: Outline }[], reason: '', basis: '',
    accept: [] as string[],
  }
}
export type Said = ReturnType<typeof blank>

/** The form of the request, or null while something is missing. */
export function contentOf(said: Said): Content | null {
  const { kind, area, code, name, to } = said
  const given = name.trim()
  const rest = { redrawn: [], posts: [] }
  if (kind === 'redraw') return said.redrawn.length ? ({ kind, redrawn: said.redrawn, posts: [] } as unknown as Content) : null
  if (kind === 'merge') {
    const codes = said.areas.map((one) => one.code)
    return codes.length > 1 && code && given ? ({ kind, areas: codes, code, name: given, ...rest } as Content) : null
  }
  if (!area) return null
  const about = { kind, area: area.code, ...rest }
  if (kind === 'split') {
    const pieces = said.pieces.map((one) => ({ code: one.code.trim(), name: one.name.trim(), shape: one.shape }))
    return pieces.length > 1 && pieces.every((one) => one.code && one.name) ? ({ ...about, pieces, children: [] } as unknown as Content) : null
  }
  if (kind === 'move') return to ? ({ ...about, to: to.code, code: code.trim() || null, with_ground: said.withGround } as Content) : null
  if (kind === 'rename') return given ? ({ ...about, name: given } as Content) : null
  if (kind === 'upgrade') return { ...about, code: code.trim() || null, name: given || null } as Content
  if (kind === 'hand_over') return { ...about, governed_by: given || null } as Content
  return { ...about, into: said.areas.map((one) => one.code), children: [], with_ground: said.withGround } as Content
}

export function useEditor(own?: string) {
  const said = reactive(blank()) as Said
  const preview = ref<Schemas['PreviewOut'] | null>(null)
  const error = ref<unknown>(null)
  const checking = ref(false)
  const content = computed(() => contentOf(said))
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function check(): Promise<void> {
    const mine = ++turn
    if (!content.value) return void ((preview.value = null), (checking.value = false))
    checking.value = true
    try {
      const body = { content: content.value, reason: said.reason.trim() || null, accept: said.accept, change: own ?? null }
      const found = await take(api.POST('/api/v1/area-changes/preview', { body }))
      if (mine === turn) [preview.value, error.value] = [found, null]
    } catch (caught) {
      if (mine === turn) [preview.value, error.value] = [null, caught]
    } finally {
      if (mine === turn) checking.value = false
    }
  }
  watch(() => [content.value, said.accept.join()], () => {
    clearTimeout(timer)
    checking.value = !!content.value
    timer = setTimeout(() => void check(), PAUSE)
  }, { deep: true })

  /** Pieces by a line across the area or an outline out of it. */
  async function cut(by: Drawn): Promise<boolean> {
    if (!said.area) return false
    error.value = null
    try {
      const body = { area: said.area.code, by: by as unknown as Record<string, unknown> }
      const found = await take(api.POST('/api/v1/area-changes/cut', { body }))
      said.pieces = found.pieces.map((one, i) => ({ code: one.code, name: one.name, shape: one.shape as unknown as Outline, m2: found.m2[i] ?? 0 }))
      return true
    } catch (caught) {
      error.value = caught
      return false
    }
  }
  function redraw(features: Feature[]): void {
    said.redrawn = features.map((one) => ({ code: String(one.properties?.code), shape: one.geometry }))
  }
  function accept(code: string, yes: boolean): void {
    said.accept = yes ? [...said.accept, code] : said.accept.filter((one) => one !== code)
  }
  /** Keeps it as a draft, new or in the place of one. */
  async function keep(key: string, change?: { id: string; version: number }): Promise<Schemas['AreaChangeOut'] | null> {
    if (!content.value) return null
    error.value = null
    const body = { content: content.value, reason: said.reason.trim(), basis: said.basis.trim() || null, accept: said.accept }
    const header = { 'Idempotency-Key': key }
    try {
      if (!change) return await take(api.POST('/api/v1/area-changes', { body, params: { header } }))
      const path = { change_id: change.id }
      return await take(api.POST('/api/v1/area-changes/{change_id}/steps/redraft', { body: { ...body, expected_version: change.version }, params: { path, header } }))
    } catch (caught) {
      error.value = caught
      return null
    }
  }
  return { said, content, preview, error, checking, cut, redraw, accept, keep }
}
