import type zh from '../zh'
import areas from './areas'
import boards from './boards'
import figures from './figures'
import posts from './posts'
import queue from './queue'
import supervision from './supervision'
import top from './top'
import whistles from './whistles'

const en: typeof zh = { areas, boards, figures, posts, queue, supervision, top, whistles }
export default en
