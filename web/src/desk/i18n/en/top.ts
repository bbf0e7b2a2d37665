import type zh from '../zh/top'

const en: typeof zh = {
  title: 'Street desk', skip: 'Skip to content', menu: 'Pages', help: 'Keys', queue: 'Queue', whistles: 'Whistles', supervision: 'Supervision',
  figures: 'Figures', posts: 'Posts', boards: 'Sign boards', areas: 'Areas',
}
export default en
