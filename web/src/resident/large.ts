// 大字: one class makes everything larger; the choice is remembered on this phone.
import { ref } from 'vue'

const KEY = 'wangge.large'
export const large = ref(localStorage.getItem(KEY) === 'yes')

export function showLarge(): void {
  document.documentElement.classList.toggle('large', large.value)
}

export function setLarge(on: boolean): void {
  large.value = on
  localStorage.setItem(KEY, on ? 'yes' : 'no')
  showLarge()
}
