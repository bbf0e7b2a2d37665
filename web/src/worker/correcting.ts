// What was refused, as the form it came from: filled in already, to be put right and sent anew under a new number.
import type { Entry } from '@/shared/offline/outbox'
import type { KeptPhoto } from '@/shared/offline/photos'
import type { Phone } from '@/shared/offline/phone'
import { toInput } from '@/shared/time'
import { leadsTo, sheet, type Home } from './ground'
import { formOf } from './stepping'

interface Form {
  draft: string
  path: string
  fields: (photos: KeptPhoto[]) => unknown
}
type Said = Record<string, unknown>
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)

/** The form to put it right in; null where there is none any more, the household or the step having gone. */
export function formFor({ op }: Entry): Form | null {
  const said = op.payload as Said
  if (op.type === 'visit.create') return visitForm(sheet.value.homes.get(leadsTo(text(said.household_id))), said)
  if (op.type === 'issue.create') return reportForm((said.issue ?? {}) as Said)
  if (op.type === 'issue.step') return stepForm(leadsTo(op.entity_id), text(said.step), (said.form ?? {}) as Said)
  return op.type === 'patrol.create' ? patrolForm(text(said.list_id), (said.findings ?? []) as Said[]) : null
}

function visitForm(home: Home | undefined, said: Said): Form | null {
  if (!home) return null
  const fields = (photos: KeptPhoto[]) => ({
    result: text(said.result, 'met'), kinds: [text(said.kind, 'visit')], way: text(said.way, 'door'),
    advice: said.advice ?? [], note: text(said.note), followUp: text(said.follow_up_on), photos,
  })
  return { draft: `visit/${home.id}`, path: `/home/${home.id}/visit`, fields }
}

function reportForm(said: Said): Form {
  const home = [...sheet.value.homes.values()].find((one) => said.dwelling_id && one.d.dwelling_id === said.dwelling_id)
  const point = said.point as { lon: number; lat: number } | undefined
  const place = text(said.place_text)
  const fields = (photos: KeptPhoto[]) => ({
    text: text(said.text), category: text(said.category), urgency: text(said.urgency, 'normal'), photos,
    where: home ? 'home' : point ? 'pin' : 'grid', pin: !home && point ? { lon: point.lon, lat: point.lat } : null,
    place: home && place.startsWith(home.door) ? place.slice(home.door.length).trim() : place,
    fixed: !!said.fixed_on_spot, fixedWhat: text(said.fixed_on_spot),
  })
  return { draft: `report/${home?.id ?? ''}`, path: home ? `/report?home=${home.id}` : '/report', fields }
}

function stepForm(issueId: string, step: string, said: Said): Form | null {
  const form = formOf(step)
  if (!form || !sheet.value.issues.get(issueId)?.d.steps.includes(step)) return null
  const values: Said = Object.fromEntries(form.fields.map((field) => [field.name, said[field.name] ?? field.default ?? null]))
  for (const { name, kind } of form.fields) {
    if (kind === 'yes_no' && typeof values[name] === 'boolean') values[name] = values[name] ? 'yes' : 'no'
    if (kind === 'moment' && values[name]) values[name] = toInput(new Date(text(values[name])))
  }
  const path = `/issue/${issueId}?step=${step}`
  return { draft: `step/${issueId}/${step}`, path, fields: (photos) => ({ values, photos }) }
}

function patrolForm(listId: string, findings: Said[]): Form | null {
  const points = sheet.value.patrols.get(listId)?.d.points
  if (!points) return null
  const found = new Map(findings.map((one) => [one.point_id, one]))
  const fields = points.map(({ id }) => [id, { finding: text(found.get(id)?.finding), note: text(found.get(id)?.note) }])
  return { draft: `patrol/${listId}`, path: `/patrol/${listId}`, fields: () => Object.fromEntries(fields) }
}

/** Lay it ready and take it out of the tray; false when something else is being filled in there. */
export async function layReady(phone: Phone, one: Entry, form: Form): Promise<boolean> {
  if ((await phone.drafts.keys()).includes(form.draft)) return false
  const said = (one.op.payload.media ?? one.op.payload.photos ?? []) as (string | { media_id: string })[]
  const photos = await phone.photos.kept(said.map((each) => (typeof each === 'string' ? each : each.media_id)))
  await phone.drafts.keep(form.draft, one.op.form_version, form.fields(photos))
  await phone.dismiss(one.op.op_id)
  return true
}
