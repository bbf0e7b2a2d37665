// Enter that confirms an input method must not send, and letters must not act while one composes.
// `isComposing` alone is not enough: some browsers clear it before the Enter arrives, with keyCode 229 or with neither.
let ended = 0
const AFTERWARDS_MS = 50

if (typeof document !== 'undefined') {
  document.addEventListener('compositionend', (event) => (ended = event.timeStamp), true)
}

export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || event.timeStamp - ended < AFTERWARDS_MS
}

/** Whether typing goes into a field just now, so that letters are text and no commands. */
export function inField(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null
  return !!target?.closest('input, textarea, select, [contenteditable="true"]')
}
