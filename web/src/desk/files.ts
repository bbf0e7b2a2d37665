// Files behind a session: fetched with the token, shown or saved from memory.
import { refusal } from '@/shared/api/client'
import { session } from '@/shared/session'

export async function fetched(path: string): Promise<Blob> {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${session.value?.token ?? ''}` } })
  if (!answer.ok) throw refusal(answer, await answer.json().catch(() => undefined))
  return answer.blob()
}

export async function saveAs(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await fetched(path))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
