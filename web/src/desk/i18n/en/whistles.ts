import type zh from '../zh/whistles'

const en: typeof zh = {
  title: 'Whistles', compose: 'Blow a whistle', closed: 'Ended ones',
  liveLost: 'Live updates are lost; asked again every 30 s.', number: 'Number', subject: 'Title', kind: 'Kind',
  state: 'State', clock: 'Next clock', blown: 'Blown at', none: 'No whistle is running.',
  needs: 'A whistle needs its issue or cause, what the street has tried, and the units to call.',
  draft: 'What was typed before is here again.', needsSecretary: 'the secretary has to approve', source: 'Source',
  issues: 'Issues behind it', addIssue: 'Number of an issue', text: 'Situation', tried: 'What the street has tried',
  parties: 'Units called', area: 'Area', place: 'Place', meetingAt: 'Meeting at', meetingPlace: 'Meeting place',
  basis: 'Legal basis', whistle: 'Whistle', papers: 'Papers', printSheet: 'Print the signing sheet', meeting: 'Meeting',
  lacks: 'It cannot be closed yet:', boardOf: 'How far each unit is, {number}', unit: 'Unit', notified: 'Notified',
  tasks: 'Tasks', photos: 'photos before/after {before}/{after}', what: 'What', due: 'Due', by: 'by {at}',
  signSheet: 'Signing sheet', role: 'Role', opinion: 'Opinion', signature: 'Signature', day: 'Date',
  measure: { minutes: '{n} min', hours: '{n} h', days: '{n} days', working_hours: '{n} working hours', working_days: '{n} working days' },
}
export default en
