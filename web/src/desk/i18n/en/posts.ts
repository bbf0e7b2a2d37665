import type zh from '../zh/posts'

const en: typeof zh = {
  title: 'Posts',
}
export default en
