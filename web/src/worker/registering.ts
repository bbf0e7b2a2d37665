// The service worker of this face: installed once, replaced only when a page is left and never inside a form.
import { ref, watch } from 'vue'
import type { Router } from 'vue-router'
import { here } from './session'

/** Whether pages open without a signal. */
export const offlineReady = ref('serviceWorker' in navigator)
/** A newer build is here and waits for its turn. */
export const updateWaiting = ref(false)
const EVERY_MS = 60 * 60_000
let waiting: ServiceWorker | null = null

/** Install now and after each wipe; swap between two pages, or while the phone is locked and nothing is open. */
export async function register(router: Router): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  await install()
  setInterval(() => void lookForNewer(), EVERY_MS)
  router.afterEach((to) => {
    if (to.meta.restful && waiting) take(to.fullPath)
  })
  watch(
    () => here.gate,
    (gate, before) => {
      if (gate === 'locked' && waiting) take(router.currentRoute.value.fullPath)
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
  if (found.waiting && navigator.serviceWorker.controller) ready(found.waiting)
  found.addEventListener('updatefound', () => {
    const coming = found.installing
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed' && navigator.serviceWorker.controller) ready(coming)
    })
  })
}

function ready(worker: ServiceWorker): void {
  waiting = worker
  updateWaiting.value = true
}

/** Swap while nothing is being filled in: the page comes again at the same address. */
function take(path: string): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.replace(`/w${path}`), { once: true })
  waiting?.postMessage('take over')
  waiting = null
}
