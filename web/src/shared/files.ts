// Bytes that want the session's token: photos to look at, papers and sheets to save.
import { newKey, noAnswer, refusal } from './api/client'
import { session } from './session'

export function bearer(): Record<string, string> {
  return session.value ? { Authorization: `Bearer ${session.value.token}` } : {}
}

/** The answer, or a `Refused` in the service's words; without one, what is known of a call of that method. */
export async function answered(call: Promise<Response>, method = 'GET'): Promise<Response> {
  let response: Response
  try {
    response = await call
  } catch {
    throw noAnswer(method)
  }
  if (response.ok) return response
  throw refusal(response, await response.json().catch(() => null))
}

const keys = new Map<string, string>()

/** Photos in one body; the same choice sent again after a lost answer adds nothing twice. */
export async function upload<T>(path: string, files: File[]): Promise<T> {
  const form = new FormData()
  for (const file of files) form.append('photos', file)
  const same = [path, ...files.map((one) => `${one.name}/${one.size}/${one.lastModified}`)].join('|')
  const key = keys.get(same) ?? newKey()
  keys.set(same, key)
  const call = fetch(path, { method: 'POST', headers: { ...bearer(), 'Idempotency-Key': key }, body: form })
  const said = (await (await answered(call, 'POST')).json()) as T
  keys.delete(same)
  return said
}

export async function fetched(path: string): Promise<Blob> {
  return (await answered(fetch(path, { headers: bearer() }))).blob()
}

/** An address for these bytes in this page; give it back with `URL.revokeObjectURL`. */
export async function asUrl(path: string): Promise<string> {
  return URL.createObjectURL(await fetched(path))
}

/** Handed to the browser as a file: it opens or prints it as it does with any other. */
export async function saveAs(path: string, name: string): Promise<void> {
  const url = await asUrl(path)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
