/** A marker outside the database: who uses this phone, and how far its operations were numbered when a cleared
 * database is found. Browsers clear the two apart often enough for the loss to be noticed.
 */

export interface Marker {
  account_id: string
  name: string
  device_id: string | null
  last_seq: number
}

const CURRENT = 'wangge.current'
const of = (accountId: string): string => `wangge.phone.${accountId}`

export function currentAccount(): string | null {
  return localStorage.getItem(CURRENT)
}

export function setCurrent(accountId: string | null): void {
  if (accountId === null) localStorage.removeItem(CURRENT)
  else localStorage.setItem(CURRENT, accountId)
}

export function markerOf(accountId: string): Marker | null {
  const said = localStorage.getItem(of(accountId))
  return said === null ? null : (JSON.parse(said) as Marker)
}

export function mark(marker: Marker): void {
  localStorage.setItem(of(marker.account_id), JSON.stringify(marker))
}

/** How far the numbering has come; never backwards. */
export function markSeq(accountId: string, seq: number): void {
  const marker = markerOf(accountId)
  if (marker !== null && seq > marker.last_seq) mark({ ...marker, last_seq: seq })
}

export function unmark(accountId: string): void {
  localStorage.removeItem(of(accountId))
  if (currentAccount() === accountId) setCurrent(null)
}
