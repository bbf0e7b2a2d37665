import type zh from '../zh/boards'

const en: typeof zh = {
  title: 'Sign boards',
}
export default en
