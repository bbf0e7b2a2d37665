// Care mode: bigger letters and higher buttons, by one switch; remembered on this phone.
import { ref, watch } from 'vue'

const KEY = 'wangge.care'
export const careMode = ref(localStorage.getItem(KEY) === 'on')

watch(
  careMode,
  (on) => {
    document.documentElement.classList.toggle('large', on)
    localStorage.setItem(KEY, on ? 'on' : 'off')
  },
  { immediate: true },
)
