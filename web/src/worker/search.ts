/** Finding a home by what a worker knows of it: door, any name, the end of a phone number, initials in any reading. */

export interface Indexed {
  doorKey: string
  names: string[]
  tails: string[]
}

let letters: { row: string; first: number; others: Map<number, string> } | null = null

/** Initials of Chinese characters, all readings of each; loaded once, after the first list stands. */
export async function loadInitials(): Promise<void> {
  if (letters !== null) return
  const { FIRST, row, others } = await import('./initials')
  const more = new Map<number, string>()
  let point = FIRST
  for (const [, gap, said] of others.matchAll(/(\d+)([a-z]+)/gu)) {
    point += Number(gap)
    more.set(point, said!)
  }
  letters = { row, first: FIRST, others: more }
}

const plain = (text: string): string => text.replace(/[\s\-–—_/#.,,。、栋幢座单元号室楼]/gu, '').toLowerCase()

export function indexOf(door: string, names: string[], tails: string[]): Indexed {
  return { doorKey: door.toLowerCase(), names, tails }
}

/** Whether every letter of `wanted` can be the initial of the name's character at its place, from some place on. */
export function hasInitials(name: string, wanted: string): boolean {
  const characters = [...name]
  for (let from = 0; from + wanted.length <= characters.length; from++) {
    if ([...wanted].every((letter, place) => reads(characters[from + place]!, letter))) return true
  }
  return false
}

function reads(character: string, letter: string): boolean {
  const point = character.codePointAt(0)!
  const first = letters?.row[point - letters.first]
  if (first === undefined) return character.toLowerCase() === letter
  return first === letter || (letters?.others.get(point)?.includes(letter) ?? false)
}

/** How well a home answers to the words: 0 not at all, more is better. */
export function score(home: Indexed, wanted: string): number {
  const word = wanted.trim().toLowerCase()
  if (word === '') return 1
  const parts = word.split(/[\s\-–—#]+/u).filter(Boolean)
  const door = home.doorKey.split('-')
  if (home.doorKey === parts.join('-')) return 9
  if (parts.length > 1 && parts.every((part, place) => door[place]?.startsWith(part))) return 8
  if (/^\d+$/u.test(word)) return byDigits(home, word, door)
  if (home.names.some((name) => name === word)) return 7
  if (home.names.some((name) => name.includes(wanted.trim()))) return 6
  if (/^[a-z]+$/u.test(word) && home.names.some((name) => hasInitials(name, word))) return 5
  return plain(word) !== '' && plain(home.doorKey).startsWith(plain(word)) ? 3 : 0
}

function byDigits(home: Indexed, word: string, door: string[]): number {
  if (door[door.length - 1] === word) return 7
  if (word.length >= 3 && home.tails.some((tail) => tail.endsWith(word))) return 6
  if (door.some((part) => part.startsWith(word))) return 4
  return plain(home.doorKey).startsWith(word) ? 3 : 0
}

export function find<T extends Indexed>(homes: Iterable<T>, wanted: string): T[] {
  const found: { home: T; score: number }[] = []
  for (const home of homes) {
    const value = score(home, wanted)
    if (value > 0) found.push({ home, score: value })
  }
  return found.sort((a, b) => b.score - a.score || byDoor(a.home, b.home)).map((one) => one.home)
}

const collator = new Intl.Collator('zh-CN', { numeric: true })

export function byDoor(a: Indexed, b: Indexed): number {
  return collator.compare(a.doorKey, b.doorKey)
}
