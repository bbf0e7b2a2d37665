// A step taken on what the phone holds: kept as an operation, judged by the service when it gets there.
import type { Held } from '@/shared/offline/copy'
import type { KeptPhoto } from '@/shared/offline/photos'
import type { Phone } from '@/shared/offline/phone'
import type { IssueRecord } from './records'
import { versionOf } from './visiting'

export interface StepSaid {
  form: Record<string, unknown>
  photos: KeptPhoto[]
}

export async function takeStep(phone: Phone, issue: Held<IssueRecord>, step: string, said: StepSaid, draft: string | null = null): Promise<void> {
  const media = said.photos.map((one) => one.id)
  await phone.photos.bind(media, issue.id)
  const payload = { step, expected_state: issue.d.state, form: said.form, media }
  const op = { type: 'issue.step', entityId: issue.id, baseRev: issue.rev, payload, formVersion: versionOf('issue.step') }
  await phone.enterAll([op], draft)
}
