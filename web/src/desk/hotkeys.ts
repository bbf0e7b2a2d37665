// Single letters act on the desk. Each open panel is a layer of its own: only the uppermost hears keys. Letters are
// dead inside fields and while an input method composes, and can all be switched off (WCAG 2.1.4).
import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { composing, inField } from '@/shared/keys'

export type Keys = Record<string, (event: KeyboardEvent) => void>
const KEPT = 'wangge.desk.keys'
export const lettersOn = ref(localStorage.getItem(KEPT) !== 'off')
watch(lettersOn, (on) => localStorage.setItem(KEPT, on ? 'on' : 'off'))
const layers: Keys[] = []

/** Whether letters are text there; a tick box is no place to write. */
function writing(event: KeyboardEvent): boolean {
  return inField(event) && !(event.target as HTMLElement).matches('[type=checkbox], [type=radio]')
}

/** Enter on a button or link is that button's, arrows on a map or among radio buttons are theirs. */
function itsOwn(event: KeyboardEvent, name: string): boolean {
  const target = event.target as HTMLElement | null
  if (name === 'Enter') return !!target?.closest('button, summary, a:not([id^="row-"])')
  return name.startsWith('Arrow') && !!target?.closest('.map-frame, [type=radio]')
}

function heard(event: KeyboardEvent): void {
  const keys = layers.at(-1)
  if (!keys || composing(event) || event.altKey || event.metaKey || event.ctrlKey || event.defaultPrevented) return
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const letter = name.length === 1
  if (letter && (writing(event) || !lettersOn.value)) return
  if (!letter && name !== 'Escape' && (inField(event) || itsOwn(event, name))) return
  const act = keys[name]
  if (!act) return
  event.preventDefault()
  act(event)
}
window.addEventListener('keydown', heard)

/** The keys of a page or panel for as long as it is there. */
export function useKeys(keys: Keys): void {
  onMounted(() => layers.push(keys))
  onBeforeUnmount(() => layers.splice(layers.indexOf(keys), 1))
}
