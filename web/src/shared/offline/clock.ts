/** The phone's two clocks. Its wall clock is never trusted: every operation carries what is known of it. */
import type { ClockReading } from './protocol'

export class PhoneClock {
  readonly session = crypto.getRandomValues(new Uint32Array(2)).reduce((word, part) => word + part.toString(16), '')
  private offsetMs: number | null = null
  private contactAt: string | null = null

  constructor(
    readonly wall: () => number = () => Date.now(),
    private readonly mono: () => number = () => performance.now(),
  ) {}

  reading(): ClockReading {
    const mono_ms = Math.max(0, Math.round(this.mono()))
    return { session: this.session, mono_ms, offset_ms: this.offsetMs, contact_at: this.contactAt }
  }

  /** What an answer tells of the difference to the service's clock. */
  learn(serverTime: string, sentAt: number): void {
    this.offsetMs = Date.parse(serverTime) - sentAt
    this.contactAt = serverTime
  }

  known(): { offset_ms: number | null; contact_at: string | null } {
    return { offset_ms: this.offsetMs, contact_at: this.contactAt }
  }

  recall(known: { offset_ms: number | null; contact_at: string | null }): void {
    this.offsetMs ??= known.offset_ms
    this.contactAt ??= known.contact_at
  }

  /** The time it really is, as far as the phone knows: for what is due, never for what is sent. */
  corrected(): number {
    return this.wall() + (this.offsetMs ?? 0)
  }

  /** Wall time with its offset from UTC. */
  now(): string {
    return withOffset(this.wall())
  }
}

export function withOffset(at: number): string {
  const ahead = -new Date(at).getTimezoneOffset()
  const local = new Date(at + ahead * 60_000).toISOString().slice(0, -1)
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60]
  return `${local}${ahead < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}
