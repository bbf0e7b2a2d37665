/** One call to the service; anything that is not an answer of ours is `Offline`, and then nothing is cleared. */
import type { PhoneClock } from './clock'
import type { DeviceTokens, ProblemBody } from './protocol'

const TIMEOUT_MS = 60_000

/** No answer of ours: try again later. `retryAfter` in seconds when the service named a time. */
export class Offline extends Error {
  constructor(
    readonly why: 'unreachable' | 'foreign' | 'busy',
    readonly retryAfter: number | null = null,
  ) {
    super(why)
  }
}

/** The service has said no; `body` holds its own words. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super(body.code ?? String(status))
  }

  get code(): string {
    return this.body.code ?? String(this.status)
  }
}

export interface Tokens {
  device_id: string
  access: string
  refresh: string
  outbox_key: string
}

export interface Answer<T> {
  status: number
  body: T
  headers: Headers
}

type Fetch = (path: string, init: RequestInit) => Promise<Response>

/** What is asked of the network: `json` or `bytes` as body, further headers. */
export interface Asked {
  json?: unknown
  bytes?: Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

export class Network {
  tokens: Tokens | null = null
  private readonly underWay = new Set<AbortController>()
  onTokens: (given: DeviceTokens) => Promise<void> = async () => undefined

  constructor(
    readonly clock: PhoneClock,
    private readonly send: Fetch = (path, init) => fetch(path, init),
    private readonly base = '/api/v1',
  ) {}

  /** One call with a token of the caller's choice; `Refused` for a no of the service. */
  async call<T>(method: string, path: string, asked: Asked = {}, token: string | null = null): Promise<Answer<T>> {
    const headers: Record<string, string> = { Accept: 'application/json', ...asked.headers }
    if (token !== null) headers.Authorization = `Bearer ${token}`
    if (asked.json !== undefined) headers['Content-Type'] = 'application/json'
    const body = asked.bytes ?? (asked.json === undefined ? undefined : JSON.stringify(asked.json))
    const sentAt = this.clock.wall()
    const answer = await this.reach(method, path, { method, headers, ...(body === undefined ? {} : { body }) })
    return this.read<T>(answer, method, sentAt)
  }

  private async reach(method: string, path: string, init: RequestInit): Promise<Response> {
    const ending = new AbortController()
    const timer = setTimeout(() => ending.abort(), TIMEOUT_MS)
    this.underWay.add(ending)
    try {
      return await this.send(`${this.base}${path}`, { ...init, method, cache: 'no-store', signal: ending.signal })
    } catch {
      throw new Offline('unreachable')
    } finally {
      clearTimeout(timer)
      this.underWay.delete(ending)
    }
  }

  /** The link is gone: what is under way ends now, not when its minute is over. */
  cut(): void {
    for (const one of this.underWay) one.abort()
  }

  private async read<T>(answer: Response, method: string, sentAt: number): Promise<Answer<T>> {
    const kind = answer.headers.get('content-type') ?? ''
    const ours = kind.startsWith('application/json') || kind.startsWith('application/problem+json')
    const silent = answer.status === 204 || answer.status === 304 || method === 'HEAD'
    if (!silent && !ours) throw new Offline(answer.status >= 500 ? 'busy' : 'foreign', waitOf(answer))
    const body = silent ? ({} as T) : await this.json<T>(answer)
    if (answer.status === 429 || answer.status >= 500) throw new Offline('busy', waitOf(answer))
    const told = (body as { server_time?: unknown } | null)?.server_time
    if (typeof told === 'string') this.clock.learn(told, sentAt)
    if (answer.status >= 400) throw new Refused(answer.status, body as ProblemBody)
    return { status: answer.status, body, headers: answer.headers }
  }

  private async json<T>(answer: Response): Promise<T> {
    try {
      return (await answer.json()) as T
    } catch {
      throw new Offline('foreign') // cut short
    }
  }

  /** A call of the phone's own session; the access token is renewed once when it has run out. */
  async signed<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
    if (this.tokens === null) throw new Refused(401, { code: 'reauth_required' })
    try {
      return await this.call<T>(method, path, asked, this.tokens.access)
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401 || error.code === 'reauth_required') throw error
      await this.renew()
      return this.call<T>(method, path, asked, this.tokens.access)
    }
  }

  private async renew(): Promise<void> {
    const said = { refresh_token: this.tokens?.refresh }
    try {
      await this.onTokens((await this.call<DeviceTokens>('POST', '/devices/refresh', { json: said })).body)
    } catch (error) {
      if (error instanceof Refused && error.status === 401) throw new Refused(401, { ...error.body, code: 'reauth_required' })
      throw error
    }
  }
}

function waitOf(answer: Response): number | null {
  const said = answer.headers.get('retry-after')
  if (said === null) return null
  const seconds = Number(said)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const at = Date.parse(said)
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000)
}
