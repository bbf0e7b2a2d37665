// The typed client. Types come from the kept contract (`npm run api`); a refusal is thrown as `Refused`.
import createClient from 'openapi-fetch'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** One field at fault, in both languages. */
export interface FieldFault {
  field: string
  code: string
  title: string
  title_en: string
}

/** The service's «no», or no answer at all (`status` 0): what to show is in `zh` and `en`. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly zh: string,
    readonly en: string,
    readonly field: string | null = null,
    readonly errors: FieldFault[] = [],
    readonly retryAfter: number | null = null,
    readonly data: Record<string, unknown> = {},
  ) {
    super(code)
  }
}

export const NO_ANSWER = 'no_answer'
const OFFLINE = ['网络不通,内容未发送,请稍后重试。', 'No connection; nothing was sent. Try again.'] as const
// A hotel's or school's sign-in page answers 200 with its own HTML.
const PORTAL = ['当前网络需要先登录或不可用。', 'This network wants a sign-in or is not usable.'] as const

let tokenOf: () => string | null = () => null
let onEnded: () => void = () => undefined

/** Where the token comes from, and what happens when the service says it has ended. */
export function signWith(token: () => string | null, ended: () => void): void {
  tokenOf = token
  onEnded = ended
}

export const api = createClient<paths>({ baseUrl: '/' })
api.use({
  onRequest({ request }) {
    const token = tokenOf()
    if (token && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${token}`)
    return request
  },
})

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a call that succeeded; else `Refused`. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch {
    throw new Refused(0, NO_ANSWER, ...OFFLINE)
  }
  if (answer.response.ok) {
    const json = answer.response.headers.get('content-type')?.includes('json')
    if (answer.data !== undefined && !json && answer.response.status !== 204) throw new Refused(0, 'portal', ...PORTAL)
    return answer.data as T
  }
  const refused = refusal(answer.response, answer.error)
  if (refused.status === 401) onEnded()
  throw refused
}

/** The problem document behind a response that is not ok. */
export function refusal(response: Response, body: unknown): Refused {
  const said = (body ?? {}) as Record<string, unknown>
  if (typeof said.code !== 'string') return new Refused(0, 'portal', ...PORTAL)
  const wait = Number(response.headers.get('retry-after'))
  return new Refused(
    response.status,
    said.code,
    String(said.title ?? said.code),
    String(said.title_en ?? said.code),
    typeof said.field === 'string' ? said.field : null,
    Array.isArray(said.errors) ? (said.errors as FieldFault[]) : [],
    Number.isFinite(wait) && wait > 0 ? wait : null,
    (said.data as Record<string, unknown>) ?? {},
  )
}

/** A key that makes a retry harmless; kept with the draft until an answer is known. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')
}

/** A call whose path is only known at run time (a step's route); JSON in, JSON out. */
export async function send<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const token = tokenOf()
  if (token) headers.Authorization = `Bearer ${token}`
  if (key) headers['Idempotency-Key'] = key
  return take<T>(
    fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) }).then(async (response) => {
      const text = await response.text()
      let said: unknown
      try {
        said = text ? JSON.parse(text) : undefined
      } catch {
        said = text
      }
      return response.ok ? { data: said as T, response } : { error: said, response }
    }),
  )
}
