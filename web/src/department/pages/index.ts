import type { RouteRecordRaw } from 'vue-router'
import Inbox from './Inbox.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/', component: Inbox },
  { path: '/report-ins/:id', component: () => import('./ReportIn.vue'), props: true },
  { path: '/orders/:id', component: () => import('./Order.vue'), props: true },
  { path: '/step/:subject/:id/:step', component: () => import('./Step.vue'), props: true },
  { path: '/record', component: () => import('./Record.vue') },
  { path: '/:rest(.*)*', redirect: '/' },
]
