import type zh from './zh'

const en: typeof zh = {
  face: {
    name: 'Report a problem', skip: 'Skip to the page', large: 'Large', larger: 'Large text', home: 'Start', step: 'Step {n} of {of}',
    notFound: 'There is no such page', back: 'Back', change: 'Change', unsent: '{n} not sent yet; it goes by itself when there is a connection.',
  },
  write: {
    title: 'What is wrong?', hint: 'One sentence will do; you may speak it with your keyboard.', example: 'The street lamp below block 3, entrance 2 is out.',
    missing: 'Write one sentence about what is wrong.', next: 'Next', welcome: 'No account, no sign-in. You get a number and a person in charge at once.',
    clear: 'Start over', sure: 'Clear everything? Text and photos will be deleted.',
    call: 'Call {number}', goOn: 'After the call you can still report it here.',
    unsure: 'There is no connection to tell whether this is an emergency. In danger, call first:',
    kind: 'What kind is it?', kindHint: 'Guessed from your words; change it if it is wrong.', unknown: 'None of these, I do not know', allKinds: 'See all kinds', chooseKind: 'All kinds',
    pickKind: 'Choose',
  },
  photo: {
    add: 'Add photos', more: 'Add another', most: 'Up to {n}. ', hint: 'One close up and one from afar is best.', remove: 'Remove photo {n}', alt: 'Photo {n}',
    bad: 'A photo could not be opened and was left out. The text can be sent all the same.', busy: 'Preparing the photo…', full: 'At most {n}.', noStore: 'This phone cannot keep the photo. The text can be sent all the same.',
  },
  place: {
    title: 'Where is it?', near: 'Near {name}', fromSign: 'from the code', change: 'Change the place', exact: 'Exact place', exactHint: 'e.g. below block 3, entrance 2',
    byPhone: 'Use my position', locating: 'Finding your position…', byMap: 'Show on a map', closeMap: 'Close the map', mapLabel: 'Tap the map where it is',
    found: 'Position found (about {m} m exact)', picked: 'Picked on the map', isIt: 'Is it here? One tap is enough', chosen: 'Place: {name}', drop: 'Do not use it', notHere: 'It is not here',
    here: 'It is at {name}', denied: 'No position was given. Never mind: describe the place.', wide: 'The position is too vague ({m} m) and was not used. Describe the place.',
    badSign: 'This code is no longer valid or cannot be read. Describe the place; you can report all the same.', noLine: 'No connection; the code gives the place, it is looked up when sending.',
    looking: 'Reading the place from the code…', none: 'No place given; the staff will look for it from your words.',
    district: 'Which district?', chooseDistrict: 'Choose a district', noDistrict: 'Choose the district.',
  },
  near: {
    title: 'Is it one of these?', hint: 'Others nearby reported the same kind. If it is the same, join it; you still get your own number.', me: 'I have it too', none: 'None of these, mine is another',
    away: 'about {m} m', close: 'close by', raised: 'reported {day}', people: 'reported by {n} person | reported by {n} people', state: 'Now: {state}',
  },
  contact: {
    title: 'How can we reach you?', why: 'Only to check facts and tell you the result. Without it we handle it just the same; number and link show you how it goes.', name: 'Your name', nameHint: 'e.g. Ms Wang', phone: 'Phone', fix: '{field}: {why}. {how}', phoneHow: 'Write it like 13800001234 or 0871-67490001.', nameHow: 'Make it shorter; a name is enough.',
    confidential: 'Keep it confidential', confidentialHint: 'Who handles it does not learn who you are; one desk of the street does and passes messages on.', next: 'Done, next', skip: 'Skip this',
  },
  check: {
    title: 'Check and send', text: 'What', kind: 'Kind', noKind: 'not chosen; the staff will', place: 'Where', photos: 'Photos', nPhotos: '{n}',
    contact: 'Contact', none: 'none', same: 'Together with', send: 'Send', sending: 'Sending…',
    saved: 'It is kept on this phone first and then sent; nothing is lost without a connection.', problems: '{n} place needs mending before it can be sent | {n} places need mending before it can be sent',
  },
  done: {
    title: 'We have it', number: 'Number', copy: 'Copy the number', copied: 'Copied', copyLink: 'Copy the link', linkCopied: 'Link copied', who: 'Who handles it', where: 'Area', call: 'Call',
    contactBy: 'First contact', before: 'by {at}', solveBy: 'To be done', save: 'Keep this link to see how it goes', saveHint: 'Take a picture of the code, or send the link to yourself.',
    follow: 'See progress', again: 'Report another (same place)', another: 'Report another', photosLeft: '{n} photo is still on its way; the work goes on without it. | {n} photos are still on their way; the work goes on without them.',
    photosLost: '{n} photo did not arrive; the work goes on without it. You can add it on the progress page. | {n} photos did not arrive; the work goes on without them. You can add them on the progress page.', qr: 'Code of the progress page', details: 'Looking up who handles it…', noDetails: 'See the progress page later for who handles it.',
    waitTitle: 'Kept on this phone', waiting: 'Not sent yet: no connection, or a very slow one.', waitMore: 'It goes by itself, once, when the connection is back. You may close this page; it also goes when you open it again. The number appears once it is sent.',
    sendNow: 'Try now', trying: 'Sending…', refusedTitle: 'Not sent; something needs mending', fix: 'Mend it', gone: 'This phone has no such report',
  },
  mine: { title: 'Reported from this phone', forget: 'Remove from this phone', waiting: 'waiting to be sent', refused: 'needs mending' },
  follow: {
    title: 'Progress', number: 'Number {number}', now: 'Now', nobody: 'being found out', contacted: 'Contacted',
    review: 'Taken up again', timeline: 'What happened', newest: 'newest first', replies: 'Replies to you', ask: 'We ask you', actions: 'You can',
    rate: 'Say whether it is solved', complete: 'Add to your rating', change: 'Change your rating', changeUntil: 'It may be changed once until {at}',
    photos: 'Add photos', photosSent: 'The photos arrived.', opened: 'Your contact was looked at once; it is on record. | Your contact was looked at {n} times; each time is on record.', neverOpened: 'Nobody has looked at your contact.',
    together: '{n} people reported the same.', said: 'Your rating', done: 'Received.', merged: 'Handled together with {number}', refresh: 'Refresh', at: 'as of {at}', cancel: 'Not now',
    lost: 'This link does not open',
  },
  step: {
    give_info: 'What else should we know?', reopen: 'What is it like now?', withdraw: 'Why do you withdraw it?', request_review: 'Why do you not agree?', empty: 'Write one sentence.',
  },
  rate: {
    title: 'Is it solved?', hint: 'One tap counts; the rest may be left out.',
    saved: 'Noted: {verdict}', level: 'All in all, how satisfied are you?', more: 'Anything else? (may be left out)', remains: 'What is not solved? (may be left out)',
    contacted: 'Did somebody contact you about it?', send: 'Send', thanks: 'Thank you, noted.', back: 'Back to progress', again: 'It will be handled again; see the progress page.', over: 'It cannot be rated now.',
    changing: 'It can be changed until {at}, once only.', mistaken: 'Wrong tap, choose again',
  },
  fault: { summary: 'Please look at this' },
}
export default en
