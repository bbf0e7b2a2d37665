import gcoord from 'gcoord'
import { describe, expect, it } from 'vitest'
import { fromGcj, toGcj } from '@/shared/gcj'

const places: [number, number][] = [[102.81, 24.8811], [116.39, 39.91], [87.6, 43.8], [109.5, 18.25], [131.9, 47.3]]

describe('GCJ-02', () => {
  it('agrees with an independent implementation', () => {
    for (const place of places) {
      const other = gcoord.transform(place, gcoord.WGS84, gcoord.GCJ02)
      const [lon, lat] = toGcj(...place)
      expect(Math.abs(lon - other[0])).toBeLessThan(1e-9)
      expect(Math.abs(lat - other[1])).toBeLessThan(1e-9)
    }
  })
  it('comes back to where it was, within a centimetre', () => {
    for (const place of places) {
      const [lon, lat] = fromGcj(...toGcj(...place))
      expect(Math.abs(lon - place[0])).toBeLessThan(1e-7)
      expect(Math.abs(lat - place[1])).toBeLessThan(1e-7)
    }
  })
  it('leaves the rest of the world alone', () => {
    expect(toGcj(-118.24, 34.05)).toEqual([-118.24, 34.05])
  })
})
