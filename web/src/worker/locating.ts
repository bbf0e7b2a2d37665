// Where the phone is, while a report is written: asked for once, never waited for, off as soon as it is known.
import { onBeforeUnmount, ref } from 'vue'

export interface Fix {
  lon: number
  lat: number
  accuracy: number
}
const GIVE_UP_MS = 30_000
const GOOD_M = 30
const WORST_M = 3000

export function useFix() {
  const fix = ref<Fix | null>(null)
  const looking = ref(false)
  let watching: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function start(): void {
    if (watching !== null || !('geolocation' in navigator)) return
    looking.value = true
    watching = navigator.geolocation.watchPosition(heard, stop, { enableHighAccuracy: true, timeout: GIVE_UP_MS, maximumAge: 60_000 })
    timer = setTimeout(stop, GIVE_UP_MS)
  }
  function heard({ coords }: GeolocationPosition): void {
    if (coords.accuracy > WORST_M) return
    if (!fix.value || coords.accuracy < fix.value.accuracy) fix.value = { lon: round(coords.longitude), lat: round(coords.latitude), accuracy: Math.round(coords.accuracy) }
    if (coords.accuracy <= GOOD_M) stop()
  }
  function stop(): void {
    if (watching !== null) navigator.geolocation.clearWatch(watching)
    watching = null
    looking.value = false
    clearTimeout(timer)
  }
  onBeforeUnmount(stop)
  return { fix, looking, start, stop }
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6
