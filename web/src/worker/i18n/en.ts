import type zh from './zh'

const en: typeof zh = { home: { title: 'Tasks' } }
export default en
