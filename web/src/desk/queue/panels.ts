// Which panel lies over the detail, and what follows when its step was taken or refused.
import { ref } from 'vue'

export type Panel = { kind: 'step'; step: string } | { kind: 'later' } | { kind: 'many' } | { kind: 'print' }

export function usePanel() {
  const panel = ref<Panel | null>(null)
  const spot = ref<{ lon: number; lat: number } | null>(null)
  function open(next: Panel): void {
    spot.value = null
    panel.value = next
  }
  function close(): void {
    panel.value = null
    spot.value = null
  }
  return { panel, spot, open, close }
}
