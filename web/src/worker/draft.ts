// A form that is kept field by field while it is filled in, and is there again when the page comes back.
import { onMounted, reactive, ref, toRaw, watch, type Ref } from 'vue'
import { phone } from './session'

export interface Drafted<T extends object> {
  fields: T
  keptAt: Ref<number | null>
  version: Ref<string>
  /** It has been saved as what it is: the draft is not needed any more. */
  done: () => Promise<void>
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
  async function done(): Promise<void> {
    over = true
    await phone.value?.drafts.drop(key)
  }
  return { fields, keptAt, version: began, done }
}
