import type zh from './zh'

const en: typeof zh = {
  inbox: {
    title: 'Department inbox', to_sign: 'For me to sign', in_hand: 'In hand', waiting: 'Waiting for others',
    none_to_sign: 'No new calls today', none_in_hand: 'Nothing in hand', none_waiting: 'Nothing waits for others',
    next: 'Next due: {what}, {clock}', noNext: 'No limit ends soon', order: 'Order', report_in: 'Report-in', place: 'Place',
    stale: 'Could not refresh; shown as of {at}', more: 'Show more', gone: 'Passed on; its words can no longer be seen', noClock: 'No clock runs',
  },
  nav: { record: 'Own record', inbox: 'Inbox', skip: 'Skip to the main part' },
  sign: {
    go: 'Sign', done: 'Signed {number}', undo: 'Undo', left: 'can be undone for {s} s', undone: 'Signing of {number} undone',
    by: 'Signed by {name}', deemed: 'Not signed in time; deemed signed', held: 'Now with {name}',
  },
  item: {
    what: 'Matter', where: 'Place', when: 'Time', street: 'Tried by the street', basis: 'Basis', links: 'Links', link: 'Link', due: 'Due', done: 'Done',
    result: 'Result', notYet: 'not yet', steps: 'What you can do', others: 'Other steps', none: 'Nothing is yours to do right now.', words: 'What was said',
    trail: 'Trail', tasks: 'Tasks', noTasks: 'No task for this unit', surveys: 'Joint surveys', noSurveys: 'No survey yet', units: 'Units called',
    meeting: 'Meeting', issue: 'The report', answer: 'Answer', before: 'Photos before', after: 'Photos after', addBefore: 'Add photos before',
    addAfter: 'Add photos after', uploading: 'Uploading…', papers: 'Papers',
    due_at: 'due {at}', more: 'More', scores: 'Scores', duty: 'duty number {number}', hidden: 'You can no longer see what it is about.',
    extension: 'Ask for more time', whistle: 'Whistle {number}',
  },
  step: {
    next: 'What happens next',
    refuse: [
      'The district decides: it releases the unit, binds it, or refers it to its regulator.',
      'Until then the unit stays called; nobody else’s clock stops.',
      'You are told of the decision. Once bound, a unit cannot refuse again.',
    ],
    object: [
      'Another person of another unit decides who handles it.',
      'Until then your unit contacts the reporter and removes danger.',
      'If it is decided to be yours, that is final.',
    ],
    report_in: ['An arrival may be filed afterwards: who, when and how is enough.', 'No position and no photo is asked for.'],
    finish_report_in: ['The street verifies it next; people stay until that is done.', 'The reporter reads the street’s answer after verification.'],
    preview: 'What the reporter will read', previewEmpty: 'Once you write the result, it is shown here as the reporter will read it.',
    previewOf: 'Answer of {unit}', sent: 'Sent', back: 'Back to the matter', now: 'Present due date', new: 'New due date', days: '{n} working day | {n} working days',
    other: 'Another time', granted: 'put off {n} times, at most {most}', newAt: 'If granted it is due {at}', choose: 'Choose the new due date',
    reasonMissing: 'Give the reason',
    until: 'Possible until', deciders: 'Decided by', or: ' or ', decisionDue: 'If sent now, decided by',
    terms: 'Mind',
    decided: ['Another person of the street or district decides; the present clock runs on until then.', 'If granted, the reporter is told the new date.'],
  },
  handover: {
    title: 'Leaving: hand over', note: 'All open matters you signed for or were given go to a colleague at once, and each trail says so; the inbox stays the unit’s.',
    to: 'Hand over to', until: 'Away until', untilNote: 'With a time of return the leave begins too and this colleague is the deputy; without it matters are only handed over.',
    go: 'Hand over all', open: 'Open in this unit', done: '{from} handed {n} matters to {to} on {at}', away: 'Away until {until}; {deputy} is the deputy',
  },
  record: {
    title: 'Own record', note: 'Each score lists the acts it rests on. This unit only; nobody is ranked.', empty: 'No scores yet', acts: 'Acts it rests on',
    appeal: 'Appeal', appealed: 'Appealed ({at}): {text}', upheld: 'Appeal upheld; the score no longer counts', notUpheld: 'Appeal not upheld',
    waitingAppeal: 'Waiting for the decision', stars: '{n} stars', of: '{side}', posts: 'Posts that share this inbox', current: 'active', deputy: 'deputy',
    switch: 'Switch',
    printList: 'Print the list', rank: 'rank {rank}',
  },
}
export default en
