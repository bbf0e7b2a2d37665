// A member of staff's session: one for all tabs of this browser, ended here or by the service.
import { computed, reactive } from 'vue'
import { api, type Schemas, signWith, take } from './api/client'

export type Me = Schemas['Me']
interface Kept {
  token: string
  expires_at: string
  me: Me
}

const KEY = 'wangge.session'
const state = reactive<{ kept: Kept | null; ended: boolean }>({ kept: read(), ended: false })

function read(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null
    return kept && Date.parse(kept.expires_at) > Date.now() ? kept : null
  } catch {
    return null
  }
}

function keep(kept: Kept | null): void {
  state.kept = kept
  if (kept) localStorage.setItem(KEY, JSON.stringify(kept))
  else localStorage.removeItem(KEY)
}

export const session = computed(() => state.kept)
export const me = computed(() => state.kept?.me ?? null)
/** The service ended the session while somebody was at work: what is typed stays, signing in goes on from there. */
export const ended = computed(() => state.ended)

/** Token into every call; a 401 asks for a new sign-in and leaves the page as it is. */
export function useStaffSession(): void {
  signWith(
    () => state.kept?.token ?? null,
    () => {
      if (state.kept) {
        state.ended = true
        keep(null)
      }
    },
  )
  window.addEventListener('storage', (event) => {
    if (event.key === KEY) state.kept = read()
  })
}

export async function signIn(username: string, password: string, district?: string, post?: string): Promise<void> {
  const body = { username, password, district: district ?? null, post: post ?? null }
  const said = await take(api.POST('/api/v1/login', { body }))
  keep({ token: said.token, expires_at: said.expires_at, me: said.me })
  state.ended = false
}

export async function switchPost(post: string): Promise<void> {
  const said = await take(api.POST('/api/v1/me/post', { body: { post } }))
  keep({ token: said.token, expires_at: said.expires_at, me: said.me })
}

export async function signOut(): Promise<void> {
  const headers = { Authorization: `Bearer ${state.kept?.token ?? ''}` } // read now: the call is made later
  const call = take(api.POST('/api/v1/logout', { headers }))
  keep(null)
  await call.catch(() => undefined)
}
