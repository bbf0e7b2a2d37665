import type zh from '../zh/whistles'

const en: typeof zh = {
  title: 'Whistles', compose: 'Blow a whistle',
}
export default en
