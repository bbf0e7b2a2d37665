// Categories without a signal: what a few words may be about, by the pairs of characters they share with its name.
import { computed } from 'vue'
import type { Word } from '@/shared/offline/protocol'
import { lists } from './ground'

const RECENT = 'wangge.recent-categories'

export const leaves = computed<Word[]>(() => {
  const all = lists.value.issue_category ?? []
  const parents = new Set(all.map((one) => one.under))
  return all.filter((one) => !parents.has(one.code))
})

/** Groups of the list with their leaves, for choosing from all of it. */
export const groups = computed(() => {
  const all = new Map((lists.value.issue_category ?? []).map((one) => [one.code, one]))
  const found = new Map<string, { code: string; zh: string; en?: string | null; leaves: Word[] }>()
  for (const leaf of leaves.value) {
    const parent = all.get(leaf.under ?? '')
    const key = parent?.code ?? ''
    if (!found.has(key)) found.set(key, { code: key, zh: parent?.zh ?? '', en: parent?.en, leaves: [] })
    found.get(key)!.leaves.push(leaf)
  }
  return [...found.values()]
})

const pairs = (text: string): string[] => Array.from(text.slice(1), (_, place) => text.slice(place, place + 2))

/** The likeliest categories of a text; without a text those chosen last, then the first of the list. */
export function suggest(text: string, most = 6): Word[] {
  const plain = text.replace(/[^\p{Script=Han}a-zA-Z]/gu, '')
  if (plain.length < 2) return usual(most)
  const said = new Set(pairs(plain))
  const letters = new Set(plain)
  const scored = leaves.value.map((one) => {
    const shared = pairs(one.zh).filter((pair) => said.has(pair)).length
    const single = [...one.zh].filter((letter) => letters.has(letter)).length / one.zh.length
    return { one, score: shared * 2 + single }
  })
  const found = scored.filter((one) => one.score >= 0.5).sort((a, b) => b.score - a.score).slice(0, most)
  return found.length ? found.map((one) => one.one) : usual(most)
}

function usual(most: number): Word[] {
  const recent = JSON.parse(localStorage.getItem(RECENT) ?? '[]') as string[]
  const chosen = recent.flatMap((code) => leaves.value.find((one) => one.code === code) ?? [])
  return [...new Set([...chosen, ...leaves.value])].slice(0, most)
}

export function remember(code: string): void {
  const recent = JSON.parse(localStorage.getItem(RECENT) ?? '[]') as string[]
  localStorage.setItem(RECENT, JSON.stringify([code, ...recent.filter((one) => one !== code)].slice(0, 6)))
}
