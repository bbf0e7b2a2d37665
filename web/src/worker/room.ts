// How much room the phone has left, measured at the start and after each talk with the service.
import { computed, ref } from 'vue'

/** Above this part of it, words and one button. */
const FULL = 0.8
export const room = ref<{ used: number; all: number } | null>(null)
export const nearlyFull = computed(() => !!room.value && room.value.all > 0 && room.value.used / room.value.all > FULL)
export const HIGH = FULL

export async function measure(): Promise<void> {
  const found = await navigator.storage?.estimate?.().catch(() => undefined)
  if (found) room.value = { used: found.usage ?? 0, all: found.quota ?? 0 }
}
