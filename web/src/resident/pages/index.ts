import type { RouteRecordRaw } from 'vue-router'
import Check from './Check.vue'
import Contact from './Contact.vue'
import Done from './Done.vue'
import Near from './Near.vue'
import Write from './Write.vue'

// The way of a report is loaded at once: without a line, a page that is not here cannot be opened.
export const routes: RouteRecordRaw[] = [
  { path: '/', component: Write },
  { path: '/near', component: Near, meta: { title: 'near.title' } },
  { path: '/contact', component: Contact, meta: { title: 'contact.title' } },
  { path: '/check', component: Check, meta: { title: 'check.title' } },
  { path: '/done/:key', component: Done, meta: { title: 'done.follow' } },
  { path: '/follow/:token', component: () => import('./Follow.vue'), meta: { title: 'follow.title' } },
  { path: '/follow/:token/rate', component: () => import('./Rate.vue'), meta: { title: 'rate.title' } },
  { path: '/:other(.*)*', component: () => import('./Nowhere.vue'), meta: { title: 'face.notFound' } },
]
