import type zh from '../zh/whistles'

const en: typeof zh = {
  title: 'Whistles',
}
export default en
