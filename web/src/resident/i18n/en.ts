import type zh from './zh'

const en: typeof zh = { home: { title: 'Report a problem' } }
export default en
