import type zh from '../zh/figures'

const en: typeof zh = {
  title: 'Figures',
}
export default en
