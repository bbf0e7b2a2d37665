// A word a page asks for and no list holds is shown as its key; English is held to Chinese by its type.
import { describe, expect, it } from 'vitest'
import shared from '@/shared/i18n/zh'

const sources = import.meta.glob<string>(['/src/**/*.vue', '/src/**/*.ts'], { query: '?raw', import: 'default', eager: true })
const lists = import.meta.glob<object>('/src/*/i18n/zh.ts', { import: 'default', eager: true })
const ASKED = /\bt\(\s*'([a-z]\w*(?:\.\w+)+)'/g

function keysOf(list: object, above = ''): string[] {
  return Object.entries(list).flatMap(([key, below]) =>
    typeof below === 'object' ? keysOf(below as object, `${above}${key}.`) : [`${above}${key}`],
  )
}

const faces = Object.keys(lists).map((path) => path.split('/')[2] ?? '').filter((name) => name !== 'shared')

describe.each(faces)('the words of %s', (face) => {
  it('hold every key its pages ask for', () => {
    const held = new Set([...keysOf(shared), ...keysOf(lists[`/src/${face}/i18n/zh.ts`] ?? {})])
    const asked = Object.entries(sources)
      .filter(([path]) => path.startsWith(`/src/${face}/`))
      .flatMap(([, text]) => [...text.matchAll(ASKED)].map((found) => found[1] ?? ''))
    expect(asked.filter((key) => !held.has(key))).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
  })
})
