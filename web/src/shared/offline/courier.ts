/** When the phone talks to the service, and what the strip says of it. One tab at a time; nothing waits for it. */
import { Offline, Refused } from './network'
import { pause } from './pausing'
import type { ProblemBody } from './protocol'
import type { Progress } from './puller'

const EVERY_MS = 5 * 60_000
const BESIDE_MS = 5_000 // another tab talks, or the page before this one still holds its place

export type Phase = 'idle' | 'sending' | 'receiving'
export type Trouble = 'none' | 'offline' | 'foreign' | 'busy' | 'sign_in' | 'outdated' | 'refused'

export interface Standing {
  phase: Phase
  trouble: Trouble
  problem: ProblemBody | null
  lastSync: number | null
  progress: Progress | null
  nextTry: number | null
}

export const AT_REST: Standing = {
  phase: 'idle', trouble: 'none', problem: null, lastSync: null, progress: null, nextTry: null,
}

/** One round of talking: it says its phase and its progress as it goes, and at its end in how many milliseconds the
 * next one is wanted when that is soon.
 */
export type Round = (say: (part: Partial<Standing>) => void) => Promise<number | null>

export class Courier {
  standing: Standing = { ...AT_REST }
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | null = null
  private again = false
  private afresh = false
  private stopped = false
  private readonly unhook: (() => void)[] = []

  constructor(
    private readonly lockName: string,
    private readonly round: Round,
    private readonly tell: (standing: Standing) => void,
    private readonly onRevoked: () => Promise<void>,
    private readonly now: () => number = () => Date.now(),
    private readonly chance: () => number = () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  ) {}

  /** Start and stay: when the page comes to the front, when a link is back, every five minutes. */
  start(): void {
    const wake = (): void => void this.go({ fresh: true })
    const shown = (): void => {
      if (document.visibilityState === 'visible') wake()
    }
    addEventListener('online', wake)
    addEventListener('offline', this.lostLink)
    document.addEventListener('visibilitychange', shown)
    this.unhook.push(() => {
      removeEventListener('online', wake)
      removeEventListener('offline', this.lostLink)
      document.removeEventListener('visibilitychange', shown)
    })
    wake()
  }

  private readonly lostLink = (): void => this.say({ trouble: 'offline' })

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    this.unhook.forEach((one) => one())
  }

  /** Talk now, unless this or another tab does; asked for meanwhile, once more afterwards. `fresh`: there is a
   * reason to hope, so that a round which is failing just now does not make it wait for its pause.
   */
  async go({ fresh = false } = {}): Promise<void> {
    if (this.stopped) return
    if (fresh) this.attempt = 0
    if (this.running !== null) {
      this.again = true
      this.afresh ||= fresh
      return this.running
    }
    clearTimeout(this.timer)
    this.running = this.alone().finally(() => this.ended())
    return this.running
  }

  private ended(): void {
    const { again, afresh } = this
    this.running = null
    this.again = this.afresh = false
    if (afresh || (again && this.standing.trouble === 'none')) void this.go({ fresh: afresh })
  }

  private async alone(): Promise<void> {
    if (!('locks' in navigator)) return this.talk()
    await navigator.locks.request(this.lockName, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await this.talk()
      else this.later(BESIDE_MS)
    })
  }

  private async talk(): Promise<void> {
    try {
      const soon = await this.round((part) => this.say(part))
      this.attempt = 0
      this.say({ phase: 'idle', trouble: 'none', problem: null, lastSync: this.now(), progress: null })
      this.later(soon ?? EVERY_MS)
    } catch (error) {
      await this.failed(error)
    }
  }

  private async failed(error: unknown): Promise<void> {
    if (error instanceof Refused && error.code === 'device_revoked') return this.onRevoked()
    if (error instanceof Refused && error.status === 401) {
      return this.say({ phase: 'idle', trouble: 'sign_in', problem: error.body, progress: null })
    }
    const named = error instanceof Offline ? error.retryAfter : null
    const wait = Math.max(pause(this.attempt++, this.chance()), (named ?? 0) * 1000)
    this.say({ phase: 'idle', trouble: troubleOf(error), problem: error instanceof Refused ? error.body : null, progress: null })
    this.later(wait)
  }

  private later(wait: number): void {
    clearTimeout(this.timer)
    if (this.stopped) return
    this.say({ nextTry: this.now() + wait })
    this.timer = setTimeout(() => void this.go(), wait)
  }

  private say(part: Partial<Standing>): void {
    this.standing = { ...this.standing, ...part }
    this.tell(this.standing)
  }
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof Refused) return error.status === 426 ? 'outdated' : error.status === 409 ? 'busy' : 'refused'
  if (error instanceof Offline) return error.why === 'unreachable' ? 'offline' : error.why === 'foreign' ? 'foreign' : 'busy'
  return 'refused'
}
