import areas from './areas'
import boards from './boards'
import figures from './figures'
import posts from './posts'
import queue from './queue'
import supervision from './supervision'
import top from './top'
import whistles from './whistles'

// One file per page.
export default { areas, boards, figures, posts, queue, supervision, top, whistles }
