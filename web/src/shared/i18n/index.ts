// Chinese first, English second; the choice is remembered. English is typed as the Chinese is: a missing key fails.
import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import en from './en'
import zh from './zh'

export type Language = 'zh' | 'en'
const KEY = 'wangge.language'

function first(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

let i18n: ReturnType<typeof make> | null = null

function make(own: Record<Language, object>) {
  return createI18n({
    legacy: false,
    locale: first() as string,
    fallbackLocale: 'zh',
    messages: { zh: { ...zh, ...own.zh }, en: { ...en, ...own.en } },
  })
}

/** The plugin with the shared words and a face's own. */
export function makeI18n<T extends object>(own: { zh: T; en: T }) {
  i18n = make(own)
  document.documentElement.lang = i18n.global.locale.value === 'zh' ? 'zh-CN' : 'en'
  return i18n
}

export const language = computed<Language>(() => (i18n?.global.locale.value === 'en' ? 'en' : 'zh'))

export function setLanguage(to: Language): void {
  if (i18n) i18n.global.locale.value = to
  localStorage.setItem(KEY, to)
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en'
}

/** Of a pair that came from the service, the one in the language of the page. */
export function said(of: { zh: string; en?: string | null }): string {
  return language.value === 'en' ? (of.en ?? of.zh) : of.zh
}
