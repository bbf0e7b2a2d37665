// The borders of the grids under the desk's ground, and the rows as spots on them.
import { computed, type Ref, ref, watch } from 'vue'
import { api, take } from '@/shared/api/client'
import type { Spot } from '@/shared/AreaMap.vue'
import { me } from '@/shared/session'
import { word } from '@/shared/words'
import type { Issue, Line } from './useQueue'

export function useGround(lines: Ref<Line[]>, issue: Ref<Issue | null>) {
  const areas = ref<GeoJSON.FeatureCollection | null>(null)
  watch(() => me.value?.post?.area_code, async (parent) => {
    const query = { level: 'grid' as const, ...(parent && parent.length > 6 ? { parent } : {}) }
    const said = await take(api.GET('/api/v1/areas.geojson', { params: { query } })).catch(() => null)
    if (said) areas.value = said as unknown as GeoJSON.FeatureCollection
  }, { immediate: true })

  const spots = computed<Spot[]>(() => {
    const found = lines.value.flatMap((one): Spot[] =>
      one.lon === null || one.lat === null ? [] : [{ id: one.id, lon: one.lon, lat: one.lat, label: `${word('issue_category', one.category)} ${one.place_text ?? one.grid ?? ''}`, tone: one.clock?.late ? 'late' : 'plain' }])
    const here = issue.value
    if (here && here.lon !== null && here.lat !== null) found.push({ id: here.id, lon: here.lon, lat: here.lat, label: here.number, tone: 'chosen' })
    return found
  })
  const grid = computed(() => issue.value?.place.chain.find((one) => one.level === 'grid')?.code ?? null)
  return { areas, spots, grid }
}
