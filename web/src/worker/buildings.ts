// Buildings with what is due in them: one pin each, where their doors are.
import { computed } from 'vue'
import { isLate, openTasks } from './due'
import { sheet, type Home } from './ground'
import { today } from './days'

export interface Building {
  key: string
  name: string
  /** A plain number is said with its word. */
  numbered: boolean
  homes: Home[]
  due: number
  late: number
  at: { lon: number; lat: number } | null
}

export const buildings = computed<Building[]>(() => {
  const found = new Map<string, Building & { sum: [number, number, number] }>()
  for (const home of sheet.value.homes.values()) {
    const door = sheet.value.dwellings.get(home.d.dwelling_id)?.d
    const group = door?.building_group_id ? sheet.value.buildings.get(door.building_group_id)?.d.name : undefined
    const name = home.d.building ? `${home.d.building}` : (group ?? '—')
    const key = `${door?.building_group_id ?? ''}/${name}`
    const one = found.get(key) ?? { key, name, numbered: /^\d+$/u.test(name), homes: [], due: 0, late: 0, at: null, sum: [0, 0, 0] as [number, number, number] }
    found.set(key, one)
    one.homes.push(home)
    const tasks = openTasks(sheet.value.tasksOf.get(home.id) ?? [])
    one.late += tasks.filter((task) => isLate(task.d)).length
    one.due += tasks.filter((task) => !isLate(task.d) && task.d.starts_on <= today()).length
    if (door?.lon != null && door.lat != null) one.sum = [one.sum[0] + door.lon, one.sum[1] + door.lat, one.sum[2] + 1]
  }
  return [...found.values()]
    .map(({ sum, ...one }) => ({ ...one, at: sum[2] ? { lon: sum[0] / sum[2], lat: sum[1] / sum[2] } : middleOf(one.key) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN', { numeric: true }))
})

/** Where no door has a place: the middle of the building group's border. */
function middleOf(key: string): { lon: number; lat: number } | null {
  const border = sheet.value.buildings.get(key.split('/')[0]!)?.d.border
  const ring = ringOf(border?.coordinates)
  if (!ring.length) return null
  const [lons, lats] = [ring.map((one) => one[0]!), ring.map((one) => one[1]!)]
  return { lon: (Math.min(...lons) + Math.max(...lons)) / 2, lat: (Math.min(...lats) + Math.max(...lats)) / 2 }
}

function ringOf(part: unknown): number[][] {
  if (!Array.isArray(part) || !part.length) return []
  return Array.isArray(part[0]) && typeof part[0][0] === 'number' ? (part as number[][]) : ringOf(part[0])
}
