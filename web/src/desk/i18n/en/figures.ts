import type zh from '../zh/figures'

const en: typeof zh = {
  title: 'Figures', from: 'From', to: 'To', by: 'By area', raw: 'raw', adjusted: 'adjusted', few: 'too few',
  hidden: 'There are too few ratings to show without giving reporters away.', version: 'formula version {n}', leftOut: 'Left out: ',
  numeratorOf: '{name} ({which}), numerator', denominatorOf: '{name} ({which}), denominator', excludedFrom: 'left out of the {name}: {reason}',
  threeRates: 'The three rates', levels: 'Words by level', levelHead: 'Level', words: 'Words', clocks: 'Clocks kept and missed', clocksTable: 'Clocks by kind',
  kept: 'kept', missed: 'missed', keptN: '{n} kept', missedN: '{n} missed', clock: 'Clock', n: 'Number', on_time: 'kept',
  running_late: 'running late', share: 'share kept', median: 'median', p90: 'nine of ten within', noClocks: 'No clock ended in this period.',
  byArea: 'By area', byCategory: 'By category', category: 'Category', noGroup: 'none given', map: '{name} on the map', mapOf: 'On the map', noValue: 'no value',
  apart: 'Counted apart', apartHint: 'These are counted on lines of their own.', kind: 'Kind', rows: 'Rows', noRows: 'No rows.',
  none: 'Nothing was answered or closed in this period. Choose a longer one.',
}
export default en
