/** Pulling: page after page until nothing more is there; what is too old is fetched anew (SYNC 3c). */
import type { Copy } from './copy'
import { Offline, Refused, type Network } from './network'
import type { PullOut } from './protocol'

const FIRST_PAGE = 120 // a first sync shows something soon

/** How far a first sync has come; `total` when the service has counted it. */
export interface Progress {
  done: number
  total: number | null
  secondsLeft: number | null
}

export interface Pulling {
  network: Network
  copy: Copy
  most: () => number
  onPage: (page: PullOut, progress: Progress | null) => Promise<void>
  /** The total became known between two pages. */
  onProgress?: (progress: Progress) => void
  now: () => number
}

export async function pull(pulling: Pulling): Promise<void> {
  const { copy } = pulling
  await copy.load()
  let first = copy.cursor === null ? begin(pulling) : null
  for (;;) {
    let page: PullOut
    try {
      page = await fetchPage(pulling, copy.cursor)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 410) throw error
      await copy.forgetCursor() // the outbox stays
      first = begin(pulling)
      continue
    }
    await copy.apply(page)
    first?.more(page.changes.length)
    await pulling.onPage(page, first?.progress() ?? null)
    if (page.has_more) continue
    first?.end()
    return
  }
}

async function fetchPage({ network, most }: Pulling, cursor: string | null): Promise<PullOut> {
  const limit = cursor === null ? FIRST_PAGE : most()
  const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
  const { body } = await network.signed<PullOut>('GET', `/sync/pull?limit=${limit}${query}`)
  if (!Array.isArray(body.changes) || typeof body.cursor !== 'string') throw new Offline('foreign')
  return body
}

/** The total is asked for beside the first rows: nobody waits for it. */
class FirstSync {
  private done = 0
  private total: number | null = null
  private over = false

  constructor(
    counting: Promise<number | null>,
    tell: (progress: Progress) => void,
    private readonly since: number,
    private readonly now: () => number,
  ) {
    void counting.then((total) => {
      this.total = total
      if (!this.over && this.done > 0) tell(this.progress())
    })
  }

  end(): void {
    this.over = true
  }

  more(count: number): void {
    this.done += count
  }

  progress(): Progress {
    const left = this.total === null ? null : Math.max(0, this.total - this.done)
    const spent = (this.now() - this.since) / 1000
    const secondsLeft = left === null ? null : Math.ceil((spent / Math.max(1, this.done)) * left)
    return { done: this.done, total: this.total, secondsLeft }
  }
}

function begin({ network, now, onProgress }: Pulling): FirstSync {
  return new FirstSync(count(network).catch(() => null), (progress) => onProgress?.(progress), now(), now)
}

async function count(network: Network): Promise<number> {
  const { body } = await network.signed<{ types: Record<string, { count: number }> }>('GET', '/sync/digest')
  return Object.values(body.types).reduce((sum, one) => sum + one.count, 0)
}
