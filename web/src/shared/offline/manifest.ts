/** What the phone knows without a signal: forms, closed lists, limits, and the words and step forms of the faces. */
import { Refused, type Answer, type Network } from './network'
import type { Manifest, Policy } from './protocol'
import type { PhoneStore } from './store'

/** Until the service has said its own. */
export const FIRST_POLICY: Policy = {
  most_ops: 50, most_batch_bytes: 262_144, most_op_bytes: 32_768, most_records: 500, photo_side: 1600,
  photo_target_bytes: 400_000, photo_most_bytes: 2_000_000, photos_per_visit: 9, warn_outbox_ops: 300,
  warn_outbox_days: 3, warn_clock_minutes: 5, reading_locks_after_days: 14, sent_tail_days: 7,
}
const DAY_MS = 86_400_000
const PARTS = ['forms', 'dictionaries', 'policy']

/** Fetch what has changed; true when something has. */
export async function learn(network: Network, store: PhoneStore): Promise<boolean> {
  let held: Manifest | null = (await store.read<Manifest>('manifest')) ?? null
  if (held === null) {
    await store.write('manifest', (await network.signed<Manifest>('GET', '/sync/manifest')).body)
    return true
  }
  let changed = false
  for (const part of PARTS) {
    const known: Manifest = held
    const etag: string | undefined = known.etags[part]
    const headers: Record<string, string> | undefined = etag && known[part as keyof Manifest] ? { 'If-None-Match': etag } : undefined
    const answer: Answer<Manifest> = await network.signed<Manifest>('GET', `/sync/manifest?part=${part}`, headers ? { headers } : {})
    if (answer.status === 304) continue
    held = { ...known, ...answer.body }
    changed = true
  }
  if (changed) await store.write('manifest', held)
  return changed
}

/** A list that is the same for everybody (words, step forms): kept as it came, asked for once a day. */
export async function learnPlain(network: Network, store: PhoneStore, path: string): Promise<boolean> {
  const key = `plain${path}`
  const held = await store.read<{ at: number; body: unknown }>(key)
  const now = network.clock.wall()
  if (held && Math.abs(now - held.at) < DAY_MS) return false
  try {
    const { body } = await network.signed<unknown>('GET', path)
    await store.write(key, { at: now, body })
    return true
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return false
    throw error
  }
}
