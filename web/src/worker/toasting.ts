// One short sentence at the foot of the page; it goes away by itself and takes no focus.
import { ref } from 'vue'

export const toast = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

export function say(words: string): void {
  toast.value = words
  clearTimeout(timer)
  timer = setTimeout(() => (toast.value = ''), 4000)
}
