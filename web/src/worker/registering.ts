// The service worker of this face: installed once, replaced only when a page is left and never inside a form.
import { ref, watch } from 'vue'
import type { Router } from 'vue-router'
import { here } from './session'

/** Whether pages open without a signal. */
export const offlineReady = ref('serviceWorker' in navigator)
/** A newer build is here and waits for its turn. */
export const updateWaiting = ref(false)
const EVERY_MS = 60 * 60_000
let registration: ServiceWorkerRegistration | null = null
let taking = false

/** Install now and after each wipe; swap between two pages, or while the phone is locked and nothing is open. */
export async function register(router: Router): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  await install()
  setInterval(() => void lookForNewer(), EVERY_MS)
  router.afterEach((to) => {
    if (to.meta.restful) take(to.fullPath)
  })
  watch(
    () => here.gate,
    (gate, before) => {
      if (gate === 'locked') take(router.currentRoute.value.fullPath)
      if (gate === 'open' && before === 'sign_in') void install()
    },
  )
}

async function install(): Promise<void> {
  try {
    follow(await navigator.serviceWorker.register('/w/sw.js', { scope: '/w/', updateViaCache: 'none' }))
  } catch {
    offlineReady.value = false
  }
}

async function lookForNewer(): Promise<void> {
  await navigator.serviceWorker.getRegistration('/w/').then((found) => found?.update()).catch(() => undefined)
}

function follow(found: ServiceWorkerRegistration): void {
  registration = found
  tell()
  found.addEventListener('updatefound', () => {
    found.installing?.addEventListener('statechange', tell)
    tell()
  })
}

/** Asked of the browser each time: what it says by events may be over before anybody listens. */
function newer(): ServiceWorker | null {
  return navigator.serviceWorker.controller ? (registration?.waiting ?? null) : null
}

function tell(): void {
  updateWaiting.value = newer() !== null
}

/** Swap to a newer build, if there is one, while nothing is being filled in: the page comes again at its address. */
function take(path: string): void {
  const coming = newer()
  if (coming === null || taking) return
  taking = true
  navigator.serviceWorker.addEventListener('controllerchange', () => location.replace(`/w${path}`), { once: true })
  coming.postMessage('take over')
}
