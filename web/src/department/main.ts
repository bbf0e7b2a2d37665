import '@/shared/styles/tokens.css'
import '@/shared/styles/controls.css'
import './department.css'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { makeI18n } from '@/shared/i18n'
import App from './App.vue'
import en from './i18n/en'
import zh from './i18n/zh'
import { routes } from './pages'

const router = createRouter({ history: createWebHistory('/i/'), routes, scrollBehavior: (_, __, kept) => kept ?? { top: 0 } })
createApp(App).use(router).use(makeI18n({ zh, en })).mount('#app')
