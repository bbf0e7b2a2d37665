// The service worker of this face: installed once, replaced only when a page is left and never inside a form.
import { ref } from 'vue'
import type { Router } from 'vue-router'

/** Whether pages open without a signal. */
export const offlineReady = ref('serviceWorker' in navigator)
/** A newer build is here and waits for its turn. */
export const updateWaiting = ref(false)
const EVERY_MS = 60 * 60_000
let waiting: ServiceWorker | null = null

export async function register(router: Router): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  try {
    const found = await navigator.serviceWorker.register('/w/sw.js', { scope: '/w/', updateViaCache: 'none' })
    watch(found)
    setInterval(() => void found.update().catch(() => undefined), EVERY_MS)
  } catch {
    offlineReady.value = false
  }
  router.afterEach((to) => {
    if (to.meta.restful && waiting) take(to.fullPath)
  })
}

function watch(found: ServiceWorkerRegistration): void {
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
