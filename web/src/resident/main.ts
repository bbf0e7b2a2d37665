import '@/shared/styles/tokens.css'
import '@/shared/styles/controls.css'
import './resident.css'
import { createApp, nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { makeI18n } from '@/shared/i18n'
import App from './App.vue'
import en from './i18n/en'
import zh from './i18n/zh'
import { showLarge } from './large'
import { watchTheLine } from './outbox'
import { routes } from './pages'
import { tell } from './told'

showLarge()
const router = createRouter({
  history: createWebHistory('/r/'),
  routes,
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash, top: 80 } : { top: 0 }),
})
// A new page is told to who cannot see it: its heading takes the focus, or the field the way leads to.
router.afterEach((to, from) => {
  if (!from.matched.length || to.path === from.path) return
  void nextTick(() => {
    const aim = to.hash ? document.querySelector<HTMLElement>(to.hash) : document.querySelector<HTMLElement>('main h1')
    aim?.focus({ preventScroll: !to.hash })
  })
})
createApp(App).use(router).use(makeI18n({ zh, en })).mount('#app')
watchTheLine()
void tell()
