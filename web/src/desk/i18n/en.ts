import type zh from './zh'

const en: typeof zh = { home: { title: 'Street desk' } }
export default en
