/** Answers that are ahead of the feed: the record of an issue follows its step by a moment. Until it is here the phone
 * asks again soon, less and less often, and lets it be after two minutes: it may lie on other ground.
 */
import type { Copy } from './copy'
import type { Op, OpResult } from './protocol'

const FIRST_MS = 2_000
const MOST_TRIES = 6

interface Wanted {
  rev: number
  held: boolean
}

export class Lagging {
  private readonly wanted = new Map<string, Wanted>()
  private tries = 0

  constructor(private readonly copy: Copy) {}

  heard(ops: Op[], results: OpResult[]): void {
    const issues = new Set(ops.filter((op) => op.entity === 'issue').map((op) => op.op_id))
    for (const { op_id, entity_id, rev } of results) {
      if (op_id === null || !issues.has(op_id) || !entity_id || rev == null) continue
      this.wanted.set(entity_id, { rev, held: this.copy.of('issue').has(entity_id) })
      this.tries = 0
    }
  }

  private has(id: string, { rev, held }: Wanted): boolean {
    const one = this.copy.of('issue').get(id)
    return one === undefined ? held : (one.rev ?? 0) >= rev // what was there and is gone has been taken back
  }

  /** In how many milliseconds to ask again; null when nothing is awaited. `putOff`: something is to be sent again. */
  next(putOff: boolean): number | null {
    for (const [id, one] of this.wanted) if (this.has(id, one)) this.wanted.delete(id)
    if (this.wanted.size === 0 && !putOff) this.tries = 0
    else if (this.tries < MOST_TRIES) return FIRST_MS * 2 ** this.tries++
    this.wanted.clear()
    return null
  }
}
