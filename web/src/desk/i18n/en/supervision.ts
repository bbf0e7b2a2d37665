import type zh from '../zh/supervision'

const en: typeof zh = {
  title: 'Supervision',
}
export default en
