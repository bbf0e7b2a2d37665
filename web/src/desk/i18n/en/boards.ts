import type zh from '../zh/boards'

const en: typeof zh = {
  title: 'Sign boards', community: 'Community', size: 'Paper', printAll: 'Print all ({n})', printing: 'Making the PDF…', of: 'Sign boards of {name}',
  place: 'Place', level: 'Level', people: 'People', peopleN: '{n}, of these {phones} with a phone', noPhone: 'no phone', map: 'Map', mapThere: 'yes',
  noMap: 'no map', phrase: 'Words to compare', acts: 'Do', open: 'Open the page', print: 'Print',
  none: '{name} has no grid and no building group yet, so there is no sign to print.', unready: '{n} signs lack a phone or a map; add them with the posts and the ground.',
  papers: 'Office papers', draft: 'no number yet', sign: 'Sign',
}
export default en
