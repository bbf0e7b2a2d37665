// The areas a map of the editor shows: one level of the desk's own ground, and for redrawing the areas beside and in it.
import { computed, ref, shallowRef, watch } from 'vue'
import { api, type Schemas, take } from '@/shared/api/client'
import { me } from '@/shared/session'
import { codeOf, type Feature, nameOf } from './outline'
import type { Named } from './useEditor'

export const LEVELS = ['street', 'community', 'grid', 'building_group'] as const
export type Level = (typeof LEVELS)[number]
type Collection = GeoJSON.FeatureCollection

async function shapes(level: Level, parent: string | null): Promise<Feature[]> {
  const query = { level, ...(parent ? { parent } : {}) }
  return ((await take(api.GET('/api/v1/areas.geojson', { params: { query } }))) as unknown as Collection).features as Feature[]
}

export function useGroundMap() {
  const level = ref<Level>('grid')
  const features = shallowRef<Feature[]>([])
  const inside = shallowRef<Feature[]>([])
  const error = ref<unknown>(null)
  let around: string | null = null

  async function load(): Promise<void> {
    const own = me.value?.post?.area_code ?? null
    error.value = null
    try {
      features.value = await shapes(level.value, around ?? (own === me.value?.district ? null : own))
    } catch (caught) {
      error.value = caught
    }
  }
  watch(level, load, { immediate: true })

  const find = (code: string) => [...features.value, ...inside.value].find((one) => codeOf(one) === code)
  /** An area, with what lies beside it on the map and what lies in it at hand. */
  async function open(code: string): Promise<Schemas['AreaDetail'] | null> {
    inside.value = []
    try {
      const detail = await take(api.GET('/api/v1/areas/{code}', { params: { path: { code } } }))
      const shown = LEVELS.find((one) => one === detail.level)
      if (shown && !find(detail.code)) {
        around = detail.parent_code
        if (level.value === shown) await load()
        else level.value = shown
      }
      const below = LEVELS.slice(LEVELS.indexOf(shown ?? 'street') + 1)
      if (detail.children) inside.value = (await Promise.all(below.map((one) => shapes(one, detail.parent_code)))).flat()
      return detail
    } catch (caught) {
      error.value = caught
      return null
    }
  }
  const collection = computed<Collection>(() => ({ type: 'FeatureCollection', features: features.value }))
  const named = (code: string): Named => ({ code, name: (find(code) && nameOf(find(code)!)) ?? code })
  return { level, features, inside, collection, error, find, open, named }
}
