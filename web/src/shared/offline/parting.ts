/**
 * Ways out: sign off, hand in what is unsent, wipe. What was handed in while there was no signal waits sealed in a
 * small store of its own, which nobody here can read, until it has gone.
 */
import Dexie, { type Table } from 'dexie'

import type { Bytes } from './canonical'
import { unmark } from './marker'
import { Refused, type Network } from './network'
import { databaseOf } from './store'

interface SealedRow {
  device_id: string
  token: string
  at: number
  box: Bytes
  wiped: boolean
}

class PartingStore extends Dexie {
  sealed!: Table<SealedRow, string>

  constructor() {
    super('wangge-parting')
    this.version(1).stores({ sealed: 'device_id' })
  }
}

/** Keep a sealed outbox until it can go, with the token it goes with. */
export async function setDown(deviceId: string, token: string, box: Bytes, at: number): Promise<void> {
  const store = new PartingStore()
  await store.sealed.put({ device_id: deviceId, token, box, at, wiped: false })
  store.close()
}

/** Hand in what was set down here; what cannot go now stays. Returns how many are left. */
export async function handInAll(network: Network): Promise<number> {
  const store = new PartingStore()
  try {
    for (const row of await store.sealed.toArray()) {
      await handIn(network, row.device_id, row.token, row.box)
      await acknowledge(network, row.device_id, row.token)
      await store.sealed.delete(row.device_id)
    }
    return await store.sealed.count()
  } catch {
    return await store.sealed.count()
  } finally {
    store.close()
  }
}

export async function handIn(network: Network, deviceId: string, token: string, box: Bytes): Promise<void> {
  const headers = { 'Content-Type': 'application/octet-stream' }
  await network.call('PUT', `/devices/${deviceId}/outbox`, { bytes: box, headers }, token)
}

/** Tell the service that nothing is left here; that it does not know the phone any more is no trouble. */
export async function acknowledge(network: Network, deviceId: string, token: string): Promise<void> {
  try {
    await network.call('POST', `/devices/${deviceId}/wiped`, {}, token)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
}

/** Delete database, marker and caches: after this nothing of the holder is on the phone. */
export async function wipe(accountId: string): Promise<void> {
  await deleted(databaseOf(accountId))
  unmark(accountId)
  if ('serviceWorker' in navigator) {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
  }
  if ('caches' in globalThis) {
    for (const name of await caches.keys()) await caches.delete(name)
  }
}

/** Gone once the last write under way has ended; waiting for that is no trouble worth a message. */
function deleted(name: string): Promise<void> {
  return new Promise((done, fail) => {
    const asked = indexedDB.deleteDatabase(name)
    asked.onsuccess = () => done()
    asked.onerror = () => fail(asked.error)
  })
}
