/// <reference lib="webworker" />
// The service worker of the worker's face, one file: the pages of one build, nothing of the API, no personal data.
export {}
declare const self: ServiceWorkerGlobalScope
declare const __PRECACHE__: string[]
declare const __BUILD__: string

const CACHE = `wangge-w-${__BUILD__}`
const SHELL = '/w/'

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(__PRECACHE__.map((path) => new Request(path, { cache: 'no-cache' })))).then(() => {
      if (!self.registration.active) return self.skipWaiting()
    }),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((one) => one.startsWith('wangge-w-') && one !== CACHE).map((one) => caches.delete(one)))).then(() => self.clients.claim()),
  )
})

self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') {
    if (url.pathname === '/w' || url.pathname.startsWith('/w/')) event.respondWith(held(SHELL, request))
    return
  }
  if (__PRECACHE__.includes(url.pathname)) event.respondWith(held(url.pathname, request))
})

/** From the build that is installed; from the network only where that lacks it. After a wipe it makes no cache anew. */
async function held(path: string, request: Request): Promise<Response> {
  return (await caches.match(path, { cacheName: CACHE })) ?? fetch(request)
}
