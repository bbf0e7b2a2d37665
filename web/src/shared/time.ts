// Instants are UTC on the wire and shown in Asia/Shanghai, whatever the clock of the machine is set to.
import { language } from './i18n'

const ZONE = 'Asia/Shanghai'
const MINUTE = 60_000

function format(at: string | Date, options: Intl.DateTimeFormatOptions): string {
  const locale = language.value === 'en' ? 'en-GB' : 'zh-CN'
  return new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: 'h23', ...options }).format(new Date(at))
}

/** «11月20日 星期五 14:05» */
export function atTime(at: string | Date): string {
  return format(at, { month: 'long', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit' })
}

/** «14:05» */
export function atClock(at: string | Date): string {
  return format(at, { hour: '2-digit', minute: '2-digit' })
}

/** «2026年11月20日 星期五» */
export function onDay(at: string | Date): string {
  return format(at, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' })
}

/** «11月20日» */
export function shortDay(at: string | Date): string {
  return format(at, { month: 'long', day: 'numeric' })
}

/** The value of a datetime-local input for an instant, in Shanghai. */
export function toInput(at: Date): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).format(at)
  return parts.replace(' ', 'T')
}

/** The instant a datetime-local input means, in Shanghai. */
export function fromInput(value: string): string {
  return new Date(`${value}:00+08:00`).toISOString()
}

/** A span in its two largest units; `t` is vue-i18n's. Working time comes in words from the service instead. */
export function span(ms: number, t: (key: string, named: Record<string, unknown>) => string): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60]
  const parts = [
    days ? t('time.day', { n: days }) : '',
    hours ? t('time.hour', { n: hours }) : '',
    !days && rest ? t('time.minute', { n: rest }) : '',
  ].filter(Boolean)
  const [first = '', second = ''] = parts
  return first + (first.includes(' ') && second ? ' ' : '') + second || t('time.now', {})
}
