// From a filled-in visit to operations: one for each thing it was for, so that one saving closes all that is due here.
import type { Held } from '@/shared/offline/copy'
import { freshId } from '@/shared/offline/ids'
import type { Entering } from '@/shared/offline/outbox'
import type { KeptPhoto } from '@/shared/offline/photos'
import type { Phone } from '@/shared/offline/phone'
import { forms } from './ground'
import type { TaskRecord } from './records'

export interface VisitFields {
  result: string
  kinds: string[]
  way: string
  advice: string[]
  note: string
  followUp: string
  photos: KeptPhoto[]
}

/** What a visit has to be for so that it can serve these tasks: as few kinds as possible. */
export function kindsFor(tasks: Held<TaskRecord>[]): string[] {
  const chosen: string[] = []
  const narrow = [...tasks].sort((a, b) => a.d.kinds.length - b.d.kinds.length)
  for (const { d } of narrow) {
    if (!d.kinds.some((kind) => chosen.includes(kind))) chosen.push(d.kinds.includes('visit') ? 'visit' : (d.kinds[0] ?? 'visit'))
  }
  return chosen.length ? chosen : ['visit']
}

export function serves(fields: VisitFields, task: TaskRecord): boolean {
  return task.kinds.some((kind) => fields.kinds.includes(kind)) && task.ways.includes(fields.way)
}

export function empty(tasks: Held<TaskRecord>[]): VisitFields {
  return { result: 'met', kinds: kindsFor(tasks), way: 'door', advice: [], note: '', followUp: '', photos: [] }
}

export function versionOf(type: string): string {
  return forms.value.find((one) => one.type === type)?.version ?? `${type}@1`
}

/** Keep it all; resolves as soon as it lies in the phone's own store. */
export async function saveVisit(phone: Phone, homeId: string, fields: VisitFields, version: string, draft: string | null = null): Promise<void> {
  const kinds = fields.result === 'met' ? fields.kinds : fields.kinds.slice(0, 1)
  const said: Entering[] = []
  for (const [place, kind] of kinds.entries()) {
    const id = freshId(phone.clock.wall())
    const payload: Record<string, unknown> = { household_id: homeId, kind, result: fields.result, way: fields.way }
    if (kind === 'follow_up' && fields.advice.length) payload.advice = fields.advice
    if (place === 0) {
      if (fields.note.trim()) payload.note = fields.note.trim()
      if (fields.followUp) payload.follow_up_on = fields.followUp
      if (fields.photos.length) payload.photos = fields.photos.map((one) => ({ media_id: one.id }))
      await phone.photos.bind(fields.photos.map((one) => one.id), id)
    }
    said.push({ type: 'visit.create', entityId: id, payload, formVersion: version })
  }
  await phone.enterAll(said, draft)
}
