import '@/shared/styles/tokens.css'
import '@/shared/styles/controls.css'
import './worker.css'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { makeI18n } from '@/shared/i18n'
import { useStaffSession } from '@/shared/session'
import App from './App.vue'
import en from './i18n/en'
import zh from './i18n/zh'
import { routes } from './pages'
import { register } from './registering'

useStaffSession() // for signing on; the phone then has tokens of its own
const router = createRouter({
  history: createWebHistory('/w/'),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 }, // back to the place in the list
})
createApp(App).use(router).use(makeI18n({ zh, en })).mount('#app')
void register(router)
