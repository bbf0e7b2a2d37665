// What the service tells this face: limits, words and forms. Kept on the phone, so that it is there without a line;
// where it is not known yet nothing is limited here, and the service has the last word anyhow.
import { ref } from 'vue'
import { api, type Schemas, take } from '@/shared/api/client'
import { language, said } from '@/shared/i18n'

export type Told = Schemas['ResidentFaceOut']
const KEY = 'wangge.r.told'

function kept(): Told | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Told | null
  } catch {
    return null
  }
}

export const told = ref<Told | null>(kept())
let asking: Promise<void> | null = null

/** Asked once a page; what was kept stands in until, and instead, when there is no answer. */
export function tell(): Promise<void> {
  asking ??= take(api.GET('/api/v1/faces/resident'))
    .then((found) => {
      told.value = found
      localStorage.setItem(KEY, JSON.stringify(found))
    })
    .catch(() => {
      asking = null
    })
  return asking
}

/** The most characters a field takes, as an attribute. */
export const most = (field: string): number | undefined => told.value?.most[field]

/** A word of a list with the capital an English line begins with. */
export function wordOf(list: 'verdicts' | 'levels', code: string | number | null | undefined): string {
  const found = told.value?.[list].find((one) => one.code === String(code))
  return found ? begun(said(found)) : ''
}

export function begun(words: string): string {
  return language.value === 'en' ? words.charAt(0).toUpperCase() + words.slice(1) : words
}

/** A step of the reporter: its name, and the one field it takes. */
export function stepOf(step: string): { name: string; field: string; compulsory: boolean; most: number | undefined } {
  const form = told.value?.steps.find((one) => one.step === step)
  const field = form?.fields.find((one) => one.kind === 'text')
  return {
    name: form ? begun(said(form)) : '', field: field?.name ?? '', compulsory: field?.compulsory ?? false, most: field?.most ?? undefined,
  }
}
