// What is typed outlives a reload, a colleague's step and a new sign-in; it goes when it was sent.
import { reactive, watch } from 'vue'

export function useDraft<T extends object>(name: string, blank: T): { said: T; drop: () => void; had: boolean } {
  const key = `wangge.draft.${name}`
  let kept: Partial<T> = {}
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<T>
  } catch {
    localStorage.removeItem(key)
  }
  const said = reactive({ ...blank, ...kept }) as T
  const stop = watch(said, () => localStorage.setItem(key, JSON.stringify(said)))
  const drop = () => {
    stop()
    localStorage.removeItem(key)
  }
  return { said, drop, had: Object.keys(kept).length > 0 }
}
