import type zh from '../zh/posts'

const en: typeof zh = {
  title: 'Posts and deputies', list: 'Posts', role: 'Role', anyRole: 'any role', q: 'Name, area or unit', ground: 'Area or unit', unit: 'Unit', holder: 'Held by',
  rank: 'A or B', since: 'Since', leave: 'Leave and deputy', acts: 'Do', nobody: 'nobody', awayUntil: 'away until {at}', deputyIs: 'deputy: {name}',
  give: 'Give a post', giveNow: 'Give', giveHint: 'It counts at once. Nobody gives a post to himself.', username: 'Login name', takeLeave: 'Leave',
  handTo: 'Orders and report-ins it has go to', handToNobody: 'nobody: they stay with the unit',
  comeBack: 'Back', end: 'End', endNow: 'End it now', sure: 'End {name}’s post as {role} ({ground})? It ends now; what is in hand goes one level up.',
  fromNow: 'from now on if left empty', since_leave: 'Leave begins', awayFrom: 'away from {from} until {at}, not begun', until: 'Back at', deputy: 'Deputy', noDeputy: 'nobody named', deputyHint: 'A deputy holds a post on the same area or unit and acts through this one meanwhile.',
  leaveNow: 'Begin leave', given: '{name} is now {role} of {ground}.', ended: '{name} is no longer {role}.', back: '{name} is back.',
  left: '{name} is away until {until}; deputy: {deputy}. In hand: {issues} reports, {orders} orders, {visits} visits that fall due.', none: 'No post fits. Choose another role or word.',
}
export default en
