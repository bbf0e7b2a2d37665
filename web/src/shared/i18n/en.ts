import type zh from './zh'

const en: typeof zh = {
  app: { name: 'wangge' },
  act: {
    send: 'Send', cancel: 'Cancel', retry: 'Try again', back: 'Back', close: 'Close', choose: 'Choose', remove: 'Remove',
    add: 'Add', search: 'Search', more: 'More', save: 'Save', copy: 'Copy', copied: 'Copied', signOut: 'Sign out',
    undo: 'Undo',
  },
  form: {
    required: 'required', optional: 'optional', yes: 'Yes', no: 'No', why: 'Why this is asked: ',
    characters: 'at most {n} characters', problems: '{n} places need mending', missing: 'Fill in “{name}”.',
    unknown: 'Nothing found for “{q}”',
  },
  signIn: {
    title: 'Sign in', username: 'Login name', password: 'Password', go: 'Sign in',
    again: 'The session has ended. Sign in again; the page keeps what you typed.', district: 'District', post: 'Post',
    as: 'Signed in as',
  },
  trouble: {
    title: 'That did not work', loading: 'Loading…', offline: 'No connection', empty: 'Nothing here', code: 'code {code}',
    kept: 'What you typed is still here.',
  },
  time: {
    left: '{span} left', late: '{span} late', paused: 'paused', done: 'done', day: '{n} d', hour: '{n} h',
    minute: '{n} min', now: 'under 1 min',
  },
  map: { blank: 'No base map configured; grid borders only', here: 'My position', pick: 'Pick the place on the map', picked: 'Place picked', zoomIn: 'Zoom in', zoomOut: 'Zoom out' },
  guest: { kind: 'kind', name: 'name', count: 'number of people' },
  paper: { print: 'Print {paper}', sign: 'Sign and number', draft: 'no number yet' },
  evidence: { title: 'Evidence', note: 'Whoever decides sees these photos; they may be added before the objection is sent.', add: 'Add photos as evidence', uploading: 'Uploading…' },
  language: { switch: '中文' },
}
export default en
