import { describe, expect, it } from 'vitest'
import { addCorner, changed, type Corner, cornersOf, type Feature, moveCorner, readDrawn, weave } from '@/desk/areas/outline'

const area = (code: string, ring: Corner[]): Feature => ({
  type: 'Feature', properties: { code, name: code }, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]!]] },
})
const WEST = area('west', [[0, 0], [1, 0], [1, 2], [0, 2]])
const NORTH_EAST = area('north', [[1, 1], [2, 1], [2, 2], [1, 2]])
const SOUTH_EAST = area('south', [[1, 0], [2, 0], [2, 1], [1, 1]])
const ALL = [WEST, NORTH_EAST, SOUTH_EAST]

describe('what is pasted', () => {
  it('is read as GeoJSON, as WKT and as places', () => {
    const line = { type: 'LineString', coordinates: [[102.8, 24.8], [102.9, 24.85]] }
    expect(readDrawn(JSON.stringify(line))).toEqual(line)
    expect(readDrawn(JSON.stringify({ type: 'Feature', geometry: line }))).toEqual(line)
    expect(readDrawn('LINESTRING (102.8 24.8, 102.9 24.85)')).toEqual(line)
    expect(readDrawn('102.8 24.8\n102.9,24.85')).toEqual(line)
    expect(readDrawn('SRID=4326;POLYGON((0 0, 1 0, 1 1, 0 0))')).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] })
    expect(readDrawn('0 0\n1 0\n1 1\n0 0')?.type).toBe('Polygon')
    expect(readDrawn('MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))')?.coordinates).toHaveLength(2)
  })
  it('is refused when it is nothing of these', () => {
    for (const text of ['', 'POINT(1 2)', '{"type":"Point"}', '{', '1 2', 'a b\nc d', 'POLYGON((1 2']) expect(readDrawn(text)).toBeNull()
  })
})

describe('corners', () => {
  it('that neighbours share move together, also where one of them has only an edge', () => {
    const woven = weave(ALL, 'west')
    expect(cornersOf(woven[0]!.geometry)).toContainEqual([1, 1])
    const moved = moveCorner(woven, [1, 1], [0.8, 1])
    expect(changed(woven, moved)).toHaveLength(3)
    for (const one of moved) expect(cornersOf(one.geometry)).toContainEqual([0.8, 1])
  })
  it('are added on both sides of a border and taken away again', () => {
    const more = addCorner(ALL, [1, 0.5])
    expect(changed(ALL, more).map((one) => one.properties?.code)).toEqual(['west', 'south'])
    expect(changed(ALL, moveCorner(more, [1, 0.5], null))).toEqual([])
  })
  it('of a triangle stay', () => {
    const three = [area('three', [[0, 0], [1, 0], [0, 1]])]
    expect(changed(three, moveCorner(three, [0, 0], null))).toEqual([])
  })
})
