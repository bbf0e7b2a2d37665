// Bytes that want the session's token: photos to look at, papers to print, photos to add.
import { newKey, NO_ANSWER, Refused, refusal } from '@/shared/api/client'
import { session } from '@/shared/session'

function headers(): Record<string, string> {
  return session.value ? { Authorization: `Bearer ${session.value.token}` } : {}
}

async function answered(call: Promise<Response>): Promise<Response> {
  let response: Response
  try {
    response = await call
  } catch {
    throw new Refused(0, NO_ANSWER, '网络不通,内容未发送,请稍后重试。', 'No connection; nothing was sent. Try again.')
  }
  if (response.ok) return response
  throw refusal(response, await response.json().catch(() => null))
}

/** An address for these bytes in this page; give it back with `URL.revokeObjectURL`. */
export async function asUrl(path: string): Promise<string> {
  const response = await answered(fetch(path, { headers: headers() }))
  return URL.createObjectURL(await response.blob())
}

/** A paper, handed to the browser as a file: it opens or prints it as it does with any PDF. */
export async function download(path: string, name: string): Promise<void> {
  const url = await asUrl(path)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

const keys = new Map<string, string>()

/** Photos of a task; the same choice sent again after a lost answer adds nothing twice. */
export async function addPhotos(task: string, taken: 'before' | 'after', files: File[]): Promise<unknown> {
  const form = new FormData()
  for (const file of files) form.append('photos', file)
  const same = [task, taken, ...files.map((one) => `${one.name}/${one.size}/${one.lastModified}`)].join('|')
  const key = keys.get(same) ?? newKey()
  keys.set(same, key)
  const call = fetch(`/api/v1/tasks/${task}/photos?taken=${taken}`, {
    method: 'POST', headers: { ...headers(), 'Idempotency-Key': key }, body: form,
  })
  const said = await (await answered(call)).json()
  keys.delete(same)
  return said
}
