// Every page of the desk; each is fetched when somebody goes there. `meta.nav` is its word in the top line.
import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/', name: 'queue', component: () => import('./Queue.vue'), meta: { nav: 'queue' } },
  { path: '/whistles', name: 'whistles', component: () => import('./Whistles.vue'), meta: { nav: 'whistles' } },
  { path: '/whistles/new', name: 'compose', component: () => import('./Compose.vue'), meta: { under: 'whistles' } },
  { path: '/whistles/:id', name: 'board', component: () => import('./Board.vue'), props: true, meta: { under: 'whistles' } },
  { path: '/supervision', name: 'supervision', component: () => import('./Supervision.vue'), meta: { nav: 'supervision' } },
  { path: '/figures', name: 'figures', component: () => import('./Figures.vue'), meta: { nav: 'figures' } },
  { path: '/posts', name: 'posts', component: () => import('./Posts.vue'), meta: { nav: 'posts' } },
  { path: '/boards', name: 'boards', component: () => import('./Boards.vue'), meta: { nav: 'boards' } },
  { path: '/areas', name: 'areas', component: () => import('./Areas.vue'), meta: { nav: 'areas' } },
  { path: '/areas/new', name: 'area-new', component: () => import('./AreaEditor.vue'), meta: { under: 'areas' } },
  { path: '/areas/:id', name: 'area-change', component: () => import('./AreaChange.vue'), props: true, meta: { under: 'areas' } },
  { path: '/areas/:id/edit', name: 'area-edit', component: () => import('./AreaEditor.vue'), props: true, meta: { under: 'areas' } },
  { path: '/:rest(.*)*', redirect: '/' },
]
