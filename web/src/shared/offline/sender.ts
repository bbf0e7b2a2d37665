/** Sending: batch by batch, a lost answer looked up first, a batch that no envelope can carry halved (SYNC 3c). */
import { Offline, Refused, type Network } from './network'
import type { Outbox } from './outbox'
import type { Op, OpResult, PushOut } from './protocol'

const MOST_LOOKED_UP = 500
const SPLIT = new Set([400, 413, 422])

export interface Sending {
  network: Network
  outbox: Outbox
  deviceId: () => string
  onEpoch: (epoch: string) => Promise<void>
  onClock: () => void
  onAnswers: (ops: Op[], results: OpResult[]) => void
}

/** Push until nothing can be pushed now; true when something was answered. */
export async function flush(sending: Sending, rounds = 200): Promise<boolean> {
  let moved = await lookUp(sending)
  for (let round = 0; round < rounds; round++) {
    const ops = await sending.outbox.next()
    if (ops.length === 0) return moved
    const results = await push(sending, ops)
    const again = new Set(['waiting', 'retry'])
    if (results.every((one) => again.has(one.status))) return moved
    moved = true
  }
  return moved
}

/** What became of operations whose answer was lost. */
async function lookUp({ network, outbox, onEpoch, onAnswers }: Sending): Promise<boolean> {
  const ops = await outbox.asked(MOST_LOOKED_UP)
  if (ops.length === 0) return false
  const said = { json: { op_ids: ops.map((op) => op.op_id) } }
  const { body } = await network.signed<{ store_epoch: string; results: OpResult[] }>('POST', '/sync/ops:lookup', said)
  if (!Array.isArray(body.results)) throw new Offline('foreign')
  await onEpoch(body.store_epoch)
  await outbox.settle(body.results)
  onAnswers(ops, body.results)
  return body.results.length > 0
}

async function push(sending: Sending, ops: Op[]): Promise<OpResult[]> {
  const { network, outbox, deviceId, onEpoch, onClock, onAnswers } = sending
  await outbox.markAsked(ops)
  try {
    const said = { json: await outbox.envelope(deviceId(), ops) }
    const { body } = await network.signed<PushOut>('POST', '/sync/push', said)
    if (!Array.isArray(body.results)) throw new Offline('foreign') // somebody else's JSON
    if (body.clock_warning) onClock()
    await outbox.settle(body.results)
    onAnswers(ops, body.results)
    await onEpoch(body.store_epoch)
    return body.results
  } catch (error) {
    if (!(error instanceof Refused) || !SPLIT.has(error.status)) throw error
    return ops.length > 1 ? halves(sending, ops) : setAside(sending, ops[0]!, error)
  }
}

async function halves(sending: Sending, ops: Op[]): Promise<OpResult[]> {
  const middle = Math.ceil(ops.length / 2)
  const first = await push(sending, ops.slice(0, middle))
  return [...first, ...(await push(sending, ops.slice(middle)))]
}

/** One operation that no envelope can carry: shown to its holder, out of the way of the others. */
async function setAside({ outbox }: Sending, op: Op, why: Refused): Promise<OpResult[]> {
  const result: OpResult = { op_id: op.op_id, status: 'rejected', code: why.code, problem: why.body }
  await outbox.settle([result])
  return [result]
}
