import type zh from '../zh/supervision'

const en: typeof zh = {
  title: 'Supervision', lists: 'Lists of the supervision desk', asOf: 'as of {at}', none: '“{list}” is empty: nothing there needs an eye.',
  toQueue: 'To the queue', number: 'Number', what: 'What', where: 'Where', lead: 'Lead unit', state: 'State', since: 'Listed since',
  raised: 'Raised', due: 'Due', way: 'Way', hops: 'passed on {n}×', reworks: 'reworked {n}×', and: ', ', whistle: 'Whistle',
  unplaced: 'to be placed',
}
export default en
