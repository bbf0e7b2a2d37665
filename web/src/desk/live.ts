// The live channel: what has changed, by id. A lost stream is asked for again; until it is back the page asks itself.
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { onBeforeUnmount, ref } from 'vue'
import { session } from '@/shared/session'

export interface Changed {
  kind: string
  id: string
  of: string
}
const AGAIN_MS = 30_000
const FIRST_AGAIN_MS = 1000

/** `told` hears every change, or null when all has to be loaded anew; `lost` while the stream is away. */
export function useLive(told: (changed: Changed | null) => void) {
  const lost = ref(false)
  let last: string | null = null
  let ended = false
  let broken = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = new AbortController()

  async function listen(): Promise<void> {
    abort = new AbortController()
    try {
      const headers: Record<string, string> = { Authorization: `Bearer ${session.value?.token ?? ''}` }
      if (last) headers['Last-Event-ID'] = last
      const answer = await fetch('/api/v1/live', { headers, signal: abort.signal })
      if (!answer.ok || !answer.body) throw new Error(String(answer.status))
      const reader = answer.body.pipeThrough(new TextDecoderStream() as never).pipeThrough(new EventSourceParserStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        hear(value.event ?? '', value.data, value.id)
      }
    } catch {
      // away: said by `lost`, asked for again below
    }
    if (!ended) again()
  }

  function hear(event: string, data: string, id: string | undefined): void {
    if (event === 'open') {
      if (broken) told(null) // what happened meanwhile is not known
      lost.value = false
      broken = 0
    }
    if (id) last = id
    if (event === 'reset') told(null)
    if (event === 'changed') told(JSON.parse(data) as Changed)
  }

  function again(): void {
    broken += 1
    if (broken > 1) {
      lost.value = true
      told(null)
    }
    timer = setTimeout(() => void listen(), broken > 1 ? AGAIN_MS : FIRST_AGAIN_MS)
  }

  void listen()
  onBeforeUnmount(() => {
    ended = true
    clearTimeout(timer)
    abort.abort()
  })
  return { lost }
}
