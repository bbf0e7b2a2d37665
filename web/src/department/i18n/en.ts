import type zh from './zh'

const en: typeof zh = { home: { title: 'Department inbox' } }
export default en
