import { beforeAll, describe, expect, it } from 'vitest'

import { written } from '../../scripts/initials.mjs'
import made from '@/worker/initials.ts?raw'
import { find, hasInitials, indexOf, loadInitials } from '@/worker/search'

const home = (door: string, names: string[], tails: string[] = []) => ({ door, ...indexOf(door, names, tails) })
const HOMES = [
  home('3-2-501', ['曾桂英', '单雄'], ['8812']),
  home('3-2-50', ['李强'], ['5013']),
  home('13-2-501', ['王芳']),
  home('3-2-502', ['仇和平', '重阳']),
]
const doors = (wanted: string): string[] => find(HOMES, wanted).map((one) => one.door)

beforeAll(loadInitials)

describe('W1: a home is found by what a worker knows of it', () => {
  it('by its door, however it is written', () => {
    expect(doors('3-2-501')[0]).toBe('3-2-501')
    expect(doors('3 2 501')[0]).toBe('3-2-501')
    expect(doors('3栋2单元501室')).toEqual(['3-2-501'])
    expect(doors('3-2-50').slice(0, 1)).toEqual(['3-2-50'])
    expect(doors('501').slice(0, 2)).toEqual(['3-2-501', '13-2-501'])
  })

  it("by any member's name and by the end of a phone number", () => {
    expect(doors('单雄')).toEqual(['3-2-501'])
    expect(doors('和平')).toEqual(['3-2-502'])
    expect(doors('8812')).toEqual(['3-2-501'])
  })

  it('by initials in any reading of a character', () => {
    expect(doors('zgy')).toEqual(['3-2-501']) // 曾 zeng
    expect(doors('sx')).toEqual(['3-2-501']) // 单 shan
    expect(doors('dx')).toEqual(['3-2-501']) // 单 dan
    expect(doors('qhp')).toEqual(['3-2-502']) // 仇 qiu
    expect(hasInitials('重阳', 'cy')).toBe(true)
    expect(hasInitials('重阳', 'zy')).toBe(true)
    expect(doors('xyz')).toEqual([])
  })

  it('among a thousand households within a fifth of a second', () => {
    const many = Array.from({ length: 1000 }, (_, place) => home(`${place % 40}-${place % 4}-${place}`, ['曾桂英', '李强', '王芳']))
    const since = performance.now()
    for (const wanted of ['7-3-47', 'lq', '王', '5013']) find(many, wanted)
    expect((performance.now() - since) / 4).toBeLessThan(200)
  })

  it('with a table that is made and not written by hand', () => {
    expect(made).toBe(written())
  })
})
