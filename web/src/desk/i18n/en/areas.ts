import type zh from '../zh/areas'

const en: typeof zh = {
  title: 'Areas', list: 'Requests', create: 'New request', redraft: 'Change the draft', request: 'Request', kind: 'Kind', state: 'State', all: 'All', none: 'No requests to change the ground.',
  area: 'Area', to: 'Comes under', merged: 'Areas to be merged', into: 'Areas that take over', addArea: 'Add an area', orMap: 'By name, or click on the map', code: 'Code', name: 'Name',
  newCode: 'New code', newName: 'New name', mergedCode: 'Code that goes on', governedBy: 'Run by', withGround: 'Its ground goes along', piece: 'Piece {n}', keeps: 'Keeps the old code and its posts',
  reason: 'Reason', basis: 'Basis (document)', keep: 'Keep as a draft', draftedAt: 'Drafted', effectiveAt: 'In effect from', note: 'Note', awaitsMe: 'Waits for me', mapShows: 'The map shows',
  draw: { line: 'Split by a line', outline: 'Take out by an outline' }, drawing: 'Click point after point on the map, {n} so far; near a corner the point is laid on it.', finish: 'Finish', atMiddle: 'Point at the middle of the map', undoPoint: 'Take back a point',
  paste: 'Paste coordinates', pasteHint: 'One point a line (longitude latitude), or WKT or GeoJSON, in WGS84', unread: 'These coordinates cannot be read.', use: 'Use',
  corner: 'Corner {n}: drag it, or move it with the arrow keys; Delete takes it away', addCorner: 'Add a corner here', redrawHint: 'Choose an area and drag its corners; those that neighbours share move together. Arrow keys move a corner too, or paste a new outline.',
  checking: 'Checking…', checked: 'Checked as it stands.', incomplete: 'Something is still missing.', map: 'Map of the request', old: 'old outline', new: 'new outline',
  findings: 'Findings', errors: '{n} errors', noErrors: 'no errors', error: 'error', warning: 'warning', show: 'Show', showThis: 'Show finding {n} on the map', accept: 'Taken as it is',
  preview: 'What it touches', touched: 'Areas (m²)', fate: 'Becomes', before: 'Before', after: 'After', handed: '{from} gives {m2} m² to {to}', posts: 'Posts',
  postGoes: '{area}, {role}, {n}: on to {to}', postEnds: '{area}, {role}, {n}: end', gaps: 'Without a grid worker afterwards: {areas}', told: 'Who is told', people: '{n} people',
  moved: 'Moved over', movedN: '{n} open issues so far', trail: 'Record',
}
export default en
