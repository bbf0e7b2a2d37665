// Days of the office, by the phone's clock put right as far as it is known.
import { shortDay } from '@/shared/time'
import { phone } from './session'
import { ticking } from './ticking'

const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' })

export function now(): number {
  void ticking.value
  return phone.value?.clock.corrected() ?? Date.now()
}

export function dayOf(at: string | number): string {
  return DAY.format(new Date(at))
}

export function today(): string {
  return dayOf(now())
}

export function addDays(day: string, count: number): string {
  return dayOf(Date.parse(`${day}T12:00:00+08:00`) + count * 86_400_000)
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T12:00:00+08:00`) - Date.parse(`${from}T12:00:00+08:00`)) / 86_400_000)
}

/** Sunday of the running week. */
export function weekEnd(): string {
  const day = new Date(`${today()}T12:00:00+08:00`).getUTCDay()
  return addDays(today(), (7 - day) % 7)
}

const BRIEF = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', day: 'numeric', month: 'short' })

/** «11月1–30日» */
export function windowWords(first: string, last: string, language: string): string {
  if (language !== 'zh') return first === last ? shortDay(noon(first)) : BRIEF.formatRange(new Date(noon(first)), new Date(noon(last)))
  const [a, b] = [first.split('-').map(Number), last.split('-').map(Number)]
  if (first === last) return `${a[1]}月${a[2]}日`
  if (a[0] === b[0] && a[1] === b[1]) return `${a[1]}月${a[2]}–${b[2]}日`
  return `${a[1]}月${a[2]}日–${b[1]}月${b[2]}日`
}

const noon = (day: string) => `${day}T12:00:00+08:00`
export { noon }

/** A day without its year. */
export function shortOf(day: string): string {
  return shortDay(noon(day))
}
