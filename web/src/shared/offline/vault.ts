/** The lock of a phone: six digits, five tries, then the password of an online login opens it again. */
import type { Bytes } from './canonical'
import { cipherOf, freshDataKey, unwrap, wrap, WrongSecret, type Cipher } from './keys'
import type { LockRow, PhoneStore } from './store'

export const MOST_TRIES = 5
const PIN = /^\d{6}$/

/** Another PIN; so many tries are left. At none only the password opens. */
export class WrongPin extends Error {
  constructor(readonly left: number) {
    super('wrong_pin')
  }
}

/** Neither this password nor a PIN opens what is kept: the one before the last change may. */
export class OtherPassword extends Error {}

export class BadPin extends Error {}

export class Vault {
  constructor(private readonly store: PhoneStore) {}

  async row(): Promise<LockRow | null> {
    return (await this.store.read<LockRow>('lock')) ?? null
  }

  async triesLeft(): Promise<number> {
    const row = await this.row()
    return row === null || row.pin === null ? 0 : MOST_TRIES - row.tries
  }

  /** A new store: a data key, wrapped under the PIN and the password. */
  async make(pin: string, password: string): Promise<Cipher> {
    check(pin)
    const raw = freshDataKey()
    await this.keep(raw, pin, password)
    return cipherOf(raw)
  }

  /** Open by PIN; a try is counted before it is made, so that a killed page does not give it back. */
  async open(pin: string): Promise<Cipher> {
    const row = await this.counted()
    try {
      const raw = await unwrap(row.pin!, pin)
      await this.store.write('lock', { ...row, tries: 0 })
      return await cipherOf(raw)
    } catch (error) {
      if (!(error instanceof WrongSecret)) throw error
      const left = MOST_TRIES - row.tries
      if (left <= 0) await this.store.write('lock', { ...row, pin: null })
      throw new WrongPin(Math.max(0, left))
    }
  }

  private async counted(): Promise<LockRow> {
    return this.store.transaction('rw', this.store.meta, async () => {
      const row = await this.row()
      if (row === null || row.pin === null || row.tries >= MOST_TRIES) throw new WrongPin(0)
      const tried = { ...row, tries: row.tries + 1 }
      await this.store.write('lock', tried)
      return tried
    })
  }

  /** After an online login: the password opens it, a new PIN is set. `OtherPassword` when it was changed since. */
  async reset(password: string, pin: string, newPassword = password): Promise<Cipher> {
    check(pin)
    const row = await this.row()
    if (row?.password == null) throw new OtherPassword()
    let raw: Bytes
    try {
      raw = await unwrap(row.password, password)
    } catch (error) {
      throw error instanceof WrongSecret ? new OtherPassword() : error
    }
    await this.keep(raw, pin, newPassword)
    return cipherOf(raw)
  }

  private async keep(raw: Bytes, pin: string, password: string): Promise<void> {
    const row: LockRow = { pin: await wrap(raw, pin), password: await wrap(raw, password), tries: 0 }
    await this.store.write('lock', row)
  }
}

function check(pin: string): void {
  if (!PIN.test(pin)) throw new BadPin()
}
