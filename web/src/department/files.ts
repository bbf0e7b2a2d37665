// Photos added to a task.
import { newKey } from '@/shared/api/client'
import { answered, bearer } from '@/shared/files'

const keys = new Map<string, string>()

/** Photos of a task; the same choice sent again after a lost answer adds nothing twice. */
export async function addPhotos(task: string, taken: 'before' | 'after', files: File[]): Promise<unknown> {
  const form = new FormData()
  for (const file of files) form.append('photos', file)
  const same = [task, taken, ...files.map((one) => `${one.name}/${one.size}/${one.lastModified}`)].join('|')
  const key = keys.get(same) ?? newKey()
  keys.set(same, key)
  const call = fetch(`/api/v1/tasks/${task}/photos?taken=${taken}`, {
    method: 'POST', headers: { ...bearer(), 'Idempotency-Key': key }, body: form,
  })
  const said = await (await answered(call)).json()
  keys.delete(same)
  return said
}
