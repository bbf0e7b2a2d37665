// Every closed list and every step's form as the service has them; a face holds no label of a code of its own.
import { reactive } from 'vue'
import { api, type Schemas, take } from './api/client'
import { said } from './i18n'

export type Word = Schemas['WordOut']
export type StepForm = Schemas['StepFormOut']
export type Field = Schemas['app__faces__schemas__FieldOut']

const lists = reactive<Record<string, Word[]>>({})
const forms = reactive<Record<string, StepForm>>({})
let loading: Promise<void> | null = null

/** Once per page; asked again after a failure. */
export function loadWords(): Promise<void> {
  loading ??= Promise.all([take(api.GET('/api/v1/words')), take(api.GET('/api/v1/step-forms'))])
    .then(([words, steps]) => {
      Object.assign(lists, words.lists)
      for (const form of steps.forms) forms[`${form.subject}.${form.step}`] = form
    })
    .catch((error: unknown) => {
      loading = null
      throw error
    })
  return loading
}

/** A list that comes from elsewhere, such as the district's categories or kinds of whistles. */
export function setList(name: string, words: Word[]): void {
  lists[name] = words
}

export function listOf(name: string): Word[] {
  return lists[name] ?? []
}

/** The word for a code in the page's language; the code itself where the service has none. */
export function word(list: string, code: string | null | undefined): string {
  if (!code) return ''
  const found = lists[list]?.find((one) => one.code === code)
  return found ? said(found) : code
}

export function formOf(subject: string, step: string): StepForm | undefined {
  return forms[`${subject}.${step}`]
}
