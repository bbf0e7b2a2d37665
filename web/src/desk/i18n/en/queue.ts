import type zh from '../zh/queue'

const en: typeof zh = {
  title: 'Queue',
}
export default en
