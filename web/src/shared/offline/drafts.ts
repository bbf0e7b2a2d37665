/** What is being filled in, kept field by field: a killed app costs the last field at most. */
import type { Cipher } from './keys'
import type { PhoneStore } from './store'

/** `version`: the form's, so that what was begun in one is finished in it. */
export interface Draft<T> {
  at: number
  version: string
  fields: T
}

export class Drafts {
  private writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: PhoneStore,
    private readonly cipher: Cipher,
    private readonly now: () => number,
  ) {}

  /** In the order they were said, however quickly they come. */
  async keep<T>(key: string, version: string, fields: T): Promise<void> {
    const said = JSON.stringify({ version, fields })
    this.writing = this.writing
      .catch(() => undefined)
      .then(async () => {
        const box = await this.cipher.seal(JSON.parse(said))
        await this.store.drafts.put({ key, at: this.now(), box })
      })
    return this.writing
  }

  async read<T>(key: string): Promise<Draft<T> | null> {
    await this.writing.catch(() => undefined)
    const row = await this.store.drafts.get(key)
    if (row === undefined) return null
    return { at: row.at, ...(await this.cipher.open<{ version: string; fields: T }>(row.box)) }
  }

  /** Until what was being kept lies there. */
  async settled(): Promise<void> {
    await this.writing.catch(() => undefined)
  }

  async drop(key: string): Promise<void> {
    await this.settled()
    await this.store.drafts.delete(key)
  }

  async keys(): Promise<string[]> {
    return (await this.store.drafts.toCollection().primaryKeys()) as string[]
  }
}
