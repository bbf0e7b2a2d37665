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
const KEY = 'Idempotency-Key'
const UNREAD = ['网络不通,请稍后重试。', 'No connection. Try again.'] as const
// The request may have arrived and only its answer be lost: nobody here can know.
const UNKNOWN = [
  '没有收到回复,内容可能已经送达。请再提交一次:同一内容只办一次。',
  'No answer came; it may have arrived. Send it again: the same request takes effect once.',
] as const
// A hotel's or school's sign-in page answers 200 with its own HTML.
const PORTAL = ['当前网络需要先登录或不可用。', 'This network wants a sign-in or is not usable.'] as const

/** What is known when no answer came: of a question nothing is lost, of a change it may have been done. */
export function noAnswer(method: string): Refused {
  const [zh, en] = method === 'GET' ? UNREAD : UNKNOWN
  return new Refused(0, NO_ANSWER, zh, en)
}

const unanswered = new Map<string, string>()

/** The key of a change: the same one until its answer is known, so that sending again does it once. */
function keyOf(method: string, url: string, body: string): { key: string; known: () => void } {
  const path = url.replace(/^https?:\/\/[^/]+/, '')
  const same = `${method} ${path} ${body}`
  const key = unanswered.get(same) ?? newKey()
  unanswered.set(same, key)
  // An answer to any change of the same thing shows how it stands: what is asked after that is a new request.
  const beside = `${method} ${path.replace(/\/[^/]*$/, '/')}`
  return { key, known: () => [...unanswered.keys()].filter((one) => one.startsWith(beside)).forEach((one) => unanswered.delete(one)) }
}
const answeredBy = new Map<string, () => void>()

let tokenOf: () => string | null = () => null
let onEnded: () => void = () => undefined

/** Where the token comes from, and what happens when the service says it has ended. */
export function signWith(token: () => string | null, ended: () => void): void {
  tokenOf = token
  onEnded = ended
}

export const api = createClient<paths>({ baseUrl: '/' })
api.use({
  async onRequest({ request }) {
    const token = tokenOf()
    if (token && !request.headers.has('Authorization')) request.headers.set('Authorization', `Bearer ${token}`)
    if (request.method === 'POST' && !request.headers.has(KEY)) {
      const { key, known } = keyOf(request.method, request.url, await request.clone().text())
      request.headers.set(KEY, key)
      answeredBy.set(key, known)
    }
    return request
  },
  onResponse({ request }) {
    const key = request.headers.get(KEY) ?? ''
    answeredBy.get(key)?.()
    answeredBy.delete(key)
  },
  onError({ request }) {
    return noAnswer(request.method)
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
  } catch (caught) {
    throw caught instanceof Refused ? caught : noAnswer('GET')
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
  const sent = body === undefined ? null : JSON.stringify(body)
  const own = key || method === 'GET' ? null : keyOf(method, path, sent ?? '')
  if (key ?? own) headers[KEY] = key ?? own!.key
  const call = fetch(path, { method, headers, body: sent }).catch(() => Promise.reject(noAnswer(method)))
  return take<T>(
    call.then(async (response) => {
      own?.known()
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
