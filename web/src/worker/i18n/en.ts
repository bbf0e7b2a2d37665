import type zh from './zh'

const en: typeof zh = {
  tab: { due: 'Tasks', homes: 'Homes', report: 'Report', map: 'Map', me: 'Me', label: 'Main pages' },
  sign: {
    title: 'Grid worker sign-in', hint: 'The first sign-in needs a connection. After that the PIN opens this phone without a signal.', district: 'District', former: 'Password before the change',
    formerWhy: 'The password was changed elsewhere. Enter the one before to open what is kept on this phone.', offline: 'No connection, so nobody can sign in now.', post: 'Choose a post', deputy: 'as deputy',
    pinTitle: 'Choose a 6-digit PIN', pinWhy: 'It opens this phone and is kept on it alone. If you forget it, your password sets a new one and nothing is lost.', pin: '6-digit PIN',
    pinAgain: 'Once more', pinDiffers: 'The two are not the same.', pinDigits: 'A PIN is six digits.', start: 'Start', care: 'Large text',
    gone: 'This phone is signed off and cleared.', failed: 'That did not work. Try again.',
  },
  lock: {
    title: 'Enter your PIN', of: '{name}’s phone', open: 'Open', wrong: 'Wrong PIN; {left} tries left.', none: 'Sign in with your password and set a new PIN. Nothing on this phone is lost.',
    online: 'Sign in with password', other: 'Somebody else', forgot: 'Forgot the PIN', otherWhy: 'What {name} has kept stays sealed here and is never sent in another name.',
  },
  strip: {
    unsent: '{n} not sent', last: 'last sync {at}', never: 'not synced yet', sending: 'sending', receiving: 'updating', offline: 'Offline, you can go on',
    foreign: 'This network wants a sign-in; all is kept here', busy: 'The service is busy; tried again soon', sign_in: 'Signed out; all is kept here', outdated: 'Reload the page to sync again',
    refused: 'The sync failed; tried again soon', attention: '{n} need you', first: 'First download {done}/{total}, about {left} s', firstUnknown: 'First download {done}', signIn: 'Sign in',
    clock: 'This phone’s clock is wrong; the service’s time is used.', label: 'Sync', full: 'The phone is nearly full', old: '{n} records wait for more than a day; go online soon', pull: 'Let go to sync', limited: 'Limited offline: the browser has no offline support, stay connected.',
  },
  tick: { kept: 'kept', sent: 'sent', waiting: 'received', rejected: 'not accepted', photos: '{n} photos to send' },
  due: {
    title: 'Tasks', overdue: 'Overdue', today: 'Today', week: 'This week', later: 'Later', done: 'Just done', all: 'All', visits: 'Visits', issues: 'Issues', patrols: 'Patrols',
    emptyToday: 'Nothing is due today.', emptyWeek: '{n} more this week.', emptyLater: '{n} more later.', none: 'No tasks yet. Any home can be visited from the homes page.',
    goHomes: 'To the homes', late: '{n} days late', lateToday: 'past its time', window: 'open {window}', dueToday: 'due today', call: 'Call', visit: 'Visit', followUp: 'agreed follow-up',
    more: 'Show {n} more', others: '{n} met it too', left: '{span} left', lateBy: '{span} late', patrolNever: 'not done yet', patrolLast: 'last {day}', points: '{n} points',
    first: 'Fetching your grid…', filter: 'What to show',
  },
  homes: {
    title: 'Homes', search: 'Door, name, end of phone, initials', searchHint: 'Door, name, phone, initials', count: '{n} homes', none: 'Nothing found for “{q}”', noneHint: 'Part of a door such as 3-2, or initials of a name will do.', empty: 'This grid has no households yet.',
    map: 'On the map', visited: 'visited {n} days ago', today: 'visited today', never: 'no visit yet', clear: 'Clear',
  },
  home: {
    members: 'Members', due: 'Due here', noDue: 'Nothing is due here.', issues: 'Open issues', history: 'Visits of 90 days', noHistory: 'No visit in 90 days.', start: 'Start visit', notHome: 'Not at home',
    reveal: 'Show', revealTitle: 'Show the phone number', revealWhy: 'What for? (kept in the read log)', purposes: { contact: 'Arrange a visit', safety: 'Safety notice', help: 'Help at home' }, revealNeeds: 'Needs a connection.',
    dial: 'Call {number}', care: 'Care', note: 'Note: {note}', gone: 'This household is not on your ground, or was merged or has moved.', notHomeKept: '“Not at home” kept', undo: 'Undo', navigate: 'Navigate', nodoor: 'door unknown', report: 'Report a problem',
    last: 'last visit {n} days ago', lastToday: 'visited today', lastNever: 'no visit yet', draft: 'A draft is here; go on with it', id: 'ID {masked}', noPhone: 'no phone on record',
  },
  visit: {
    title: 'Visit', closes: 'Closes with this visit', result: 'Result', kind: 'Reason', way: 'How', advice: 'Follow-up', note: 'Note (optional)', noteHint: 'No need to repeat what is on record', followUp: 'Next visit (optional)',
    inWeek: 'in a week', inTwo: 'in two weeks', inMonth: 'in a month', noFollow: 'none', save: 'Save', saved: 'Kept on this phone', draft: 'draft kept {at}', more: 'More', photos: 'Photos (optional)', also: 'More to do at this home',
    backToList: 'Back to tasks', toHome: 'Back to the home', tooLong: 'The text is too long; shorten it.', failed: 'Not kept; press save again.', full: 'The phone is full. Nothing is lost; free some space and save again.',
  },
  photo: { add: 'Take or choose a photo', remove: 'Remove photo', of: 'Photo {n}', full: 'The phone is full: the photo was not kept, the text is fine.', tooLarge: 'The photo is too large and was not kept.', most: 'at most {n}', space: 'See space' },
  report: {
    title: 'Report', what: 'What is it?', text: 'In words (optional)', textHint: 'A sentence is enough; dictate if you like', category: 'Category', suggested: 'Perhaps', all: 'All categories', where: 'Where?', here: 'My position', grid: 'The grid only', locating: 'Looking for the position; no need to wait',
    located: 'Position found, about {m} m', noFix: 'No position; reported for the grid', place: 'Place in words (optional)', placeHint: 'such as: door of building 3', pin: 'On the map', urgency: 'Urgency', photos: 'Photos (optional)', send: 'Send',
    fixed: 'Fixed on the spot', fixedWhat: 'What was done?', kept: 'Kept on this phone', another: 'Another one at this place', seeDue: 'Back to tasks', needs: 'Choose a category or write a sentence.', emergency: 'If somebody is in danger call 110, 119 or 120 first.', atHome: 'at {door}',
  },
  issue: {
    title: 'Issue', number: 'No. {n}', unnumbered: 'numbered when sent', raised: 'raised {at}', place: 'Place: {place}', clock: 'Time limit', steps: 'Next step', none: 'Another post holds this; you may look and comment.', later: 'More steps', kept: 'kept: {step}',
    others: '{n} others reported it', gone: 'This issue is closed or no longer on your ground.', submit: 'Submit', needsNet: 'choosing needs a connection', photos: 'Photos (optional)', cancel: 'Cancel', online: 'Show the record', offline: 'The record needs a connection.', trail: 'Record',
    missing: 'Fill in “{name}”.', waiting: 'This step waits to be sent; the next buttons come after.', updating: 'Fetching how it stands now; the next buttons come in a moment.',
  },
  patrol: {
    title: 'Patrol', basis: 'basis: {basis}', every: 'every {n} days', last: 'last {day}', never: 'not done yet', start: 'Point by point', save: 'Save this round', note: 'In words', need: 'A reported point needs a sentence.', kept: 'Kept on this phone', none: 'Fill in one point at least.',
    progress: '{done}/{all}', gone: 'This list has ended.',
  },
  map: { title: 'Map', label: 'Map of the grid', list: 'Buildings', homes: '{n} homes', due: '{n} due', late: '{n} late', calm: 'nothing due', loading: 'Opening the map…', failed: 'The map did not open; the list works.', nowhere: 'Homes without a place', building: 'Building {n}' },
  me: {
    title: 'Me', sync: 'Sync now', unsent: 'Not sent', records: 'My records', attention: 'Needs you', care: 'Large text', careHint: 'bigger letters, higher buttons', language: 'Language', storage: 'Space on the phone', storageOf: '{used} of {all} used',
    storageHigh: 'The phone is nearly full. Delete photos or apps you do not need; photos already sent can be cleared here.', tidy: 'Clear sent photos', tidied: '{n} cleared', leave: 'Hand over on leave', lock: 'Lock now', signOff: 'Sign off and clear', version: 'version {v}',
    signOffAsk: 'All household data on this phone will be deleted.', signOffUnsent: '{n} records are not sent. Best send them first; or seal them for the office.', signOffPhotos: '{n} unsent photos are not sealed and will be lost.', handIn: 'Seal and sign off', cancel: 'Cancel', go: 'Sign off', post: 'Post',
    online: 'online only', kept: 'storage is persistent', notKept: 'The browser may clear this phone’s data when it is full; add it to the home screen.', install: 'Add to home screen', help: 'All is kept here first and sent when there is a connection.', update: 'A new version is ready and starts with the next page.', missing: '{n} records were lost before they were sent; the office knows, please enter them again.',
  },
  records: { title: 'My records', empty: 'Nothing yet. Visits and reports are listed here.', dismiss: 'Give it up', redo: 'Correct and send', copy: 'Copy', copied: 'Copied', attention: 'Needs you', nothing: 'Nothing needs you.', what: 'What to do: ', todo: 'correct what it names and send it again, or ask the grid leader.', toLeader: 'it cannot be corrected here any more; ask the grid leader.', draftThere: 'Something unfinished is here; end that first, then come back to this one.', raw: 'The service has kept the original.' },
  kindOf: {
    visit_create: 'Visit', visit_amend: 'Visit corrected', patrol_create: 'Patrol', issue_create: 'Report', issue_step: 'Issue', household_create: 'New household', household_edit: 'Household changed', resident_add: 'New member', resident_edit: 'Member changed', delete_ask: 'Deletion asked',
  },
  leave: {
    title: 'Hand over on leave', why: 'Your deputy sees and does your tasks while you are away.', until: 'Away until', deputy: 'Deputy', auto: 'Rank B steps in', inHand: 'What your deputy finds: {issues} issues, {orders} orders, {visits} visits', send: 'Hand over', done: 'Handed over', doneWhy: 'Your deputy sees your tasks now.', print: 'Print the list', save: 'Save the list', needsNet: 'Handing over needs a connection.', list: 'List ({n})', notThere: 'This service cannot do it from the phone yet; ask your grid leader.', unsent: 'Send the {n} unsent records first.', end: 'End it',
  },
  closed: {
    title: 'Household data is locked', why: 'This phone has not been online for more than {n} days. Sync once to see households again; what you have kept is safe, and you can still report.', report: 'Report a problem',
  },
  common: { back: 'Back', loading: 'Opening…', days: '{n} days', toast: 'Notice' },
}
export default en
