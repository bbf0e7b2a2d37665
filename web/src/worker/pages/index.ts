// Everything is loaded with the first page, so that it opens without a signal; only the map comes when it is asked for.
// `always`: shows nothing of households, so it opens however long the phone was without the service.
// `restful`: a page in which nothing is being filled in, where a newer build may take over.
import type { RouteRecordRaw } from 'vue-router'
import DuePage from './DuePage.vue'
import HomePage from './HomePage.vue'
import HomesPage from './HomesPage.vue'
import IssuePage from './IssuePage.vue'
import LeavePage from './LeavePage.vue'
import MapPage from './MapPage.vue'
import MePage from './MePage.vue'
import PatrolPage from './PatrolPage.vue'
import RecordsPage from './RecordsPage.vue'
import ReportPage from './ReportPage.vue'
import VisitPage from './VisitPage.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/', component: DuePage, meta: { tab: 'due', restful: true } },
  { path: '/homes', component: HomesPage, meta: { tab: 'homes', restful: true } },
  { path: '/home/:id', component: HomePage, meta: { tab: 'homes', restful: true }, props: true },
  { path: '/home/:id/visit', component: VisitPage, meta: { tab: 'homes' }, props: true },
  { path: '/map', component: MapPage, meta: { tab: 'map', restful: true } },
  { path: '/report', component: ReportPage, meta: { tab: 'report', always: true } },
  { path: '/issue/:id', component: IssuePage, meta: { tab: 'due' }, props: true },
  { path: '/patrol/:id', component: PatrolPage, meta: { tab: 'due' }, props: true },
  { path: '/me', component: MePage, meta: { tab: 'me', restful: true, always: true } },
  { path: '/me/records', component: RecordsPage, meta: { tab: 'me', restful: true }, props: { attention: false } },
  { path: '/me/attention', component: RecordsPage, meta: { tab: 'me', restful: true }, props: { attention: true } },
  { path: '/me/leave', component: LeavePage, meta: { tab: 'me' } },
  { path: '/:rest(.*)*', redirect: '/' },
]
