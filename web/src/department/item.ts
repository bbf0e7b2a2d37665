// What every item page does: load, show what was loaded while loading again, say what failed.
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { Refused } from '@/shared/api/client'

const EVERY_MS = 30_000

export function useItem<T>(read: () => Promise<T>): { item: Ref<T | null>; error: Ref<unknown>; load: () => Promise<void> } {
  const item = ref<T | null>(null) as Ref<T | null>
  const error = ref<unknown>(null)
  async function load(): Promise<void> {
    try {
      item.value = await read()
      error.value = null
    } catch (caught) {
      error.value = caught
    }
  }
  const timer = setInterval(() => !document.hidden && void load(), EVERY_MS)
  onMounted(load)
  onBeforeUnmount(() => clearInterval(timer))
  return { item, error, load }
}

/** The answer, or null where the post may not see it (any more). */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 403)) return null
    throw error
  }
}
