// A form that is kept field by field while it is filled in, and is there again when the page comes back.
import { onMounted, reactive, ref, toRaw, watch, type Ref } from 'vue'
import { phone } from './session'

export interface Drafted<T extends object> {
  fields: T
  keptAt: Ref<number | null>
  version: Ref<string>
  /** Before the saving that ends the draft with it: nothing is written after this. */
  close: () => Promise<void>
  /** The saving failed: the draft goes on. */
  reopen: () => void
}

export function useDraft<T extends object>(key: string, version: string, first: T): Drafted<T> {
  const fields = reactive({ ...first }) as T
  const keptAt = ref<number | null>(null)
  const began = ref(version)
  let over = false
  onMounted(async () => {
    const found = await phone.value?.drafts.read<T>(key)
    if (found) {
      Object.assign(fields, found.fields)
      began.value = found.version
      keptAt.value = found.at
    }
    watch(fields, keep, { deep: true })
  })
  async function keep(): Promise<void> {
    if (over || !phone.value) return
    await phone.value.drafts.keep(key, began.value, toRaw(fields)).then(
      () => (keptAt.value = Date.now()),
      () => undefined, // a full phone says so when it is saved
    )
  }
  async function close(): Promise<void> {
    over = true
    await phone.value?.drafts.settled()
  }
  function reopen(): void {
    over = false
  }
  return { fields, keptAt, version: began, close, reopen }
}
