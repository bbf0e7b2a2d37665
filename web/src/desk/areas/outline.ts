// Outlines as lists of corners: reading what was pasted, and moving a corner that several areas share. What is right
// the service says; nothing here judges.
export type Corner = [number, number]
export type Outline = GeoJSON.Polygon | GeoJSON.MultiPolygon
export type Feature = GeoJSON.Feature<Outline>
export type Drawn = GeoJSON.LineString | Outline

const NEAR = 1e-7 // degrees, about a centimetre: a corner this close to an edge lies on it

export const same = (a: Corner, b: Corner) => Math.abs(a[0] - b[0]) < 1e-9 && Math.abs(a[1] - b[1]) < 1e-9
const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7

/** GeoJSON, WKT, or a place a line as «longitude latitude»; null when it is none of them. */
export function readDrawn(text: string): Drawn | null {
  const said = text.trim()
  try {
    return said.startsWith('{') ? fromJson(JSON.parse(said)) : /^[A-Za-z]/.test(said) ? fromWkt(said) : fromPairs(said)
  } catch {
    return null
  }
}
function fromJson(said: { type?: string; geometry?: unknown }): Drawn | null {
  if (said.type === 'Feature') return fromJson(said.geometry as { type?: string })
  return ['LineString', 'Polygon', 'MultiPolygon'].includes(String(said.type)) ? (said as Drawn) : null
}
function fromWkt(said: string): Drawn | null {
  const [, name = '', body = ''] = /^(?:SRID=4326;)?\s*(LINESTRING|POLYGON|MULTIPOLYGON)\s*(\(.*\))\s*$/is.exec(said) ?? []
  const type = ({ LINESTRING: 'LineString', POLYGON: 'Polygon', MULTIPOLYGON: 'MultiPolygon' } as const)[name.toUpperCase() as 'POLYGON']
  if (!type) return null
  // «1 2, 3 4» in brackets is a JSON list in all but its commas.
  const json = body.replace(/(-?[\d.]+(?:e-?\d+)?)\s+(-?[\d.]+(?:e-?\d+)?)/gi, '[$1,$2]').replace(/\(/g, '[').replace(/\)/g, ']')
  return { type, coordinates: JSON.parse(json) } as Drawn
}
function fromPairs(said: string): Drawn | null {
  const rows = said.split(/[\n;;]+/).map((row) => row.trim()).filter(Boolean)
  const points = rows.map((row) => row.split(/[\s,,]+/).map(Number) as Corner)
  if (points.length < 2 || points.some((one) => one.length !== 2 || one.some((n) => !Number.isFinite(n)))) return null
  return drawnOf(points, same(points[0]!, points[points.length - 1]!))
}
/** Corners as a line, or closed as an outline. */
export function drawnOf(points: Corner[], closed: boolean): Drawn {
  if (!closed) return { type: 'LineString', coordinates: points }
  const ring = same(points[0]!, points[points.length - 1]!) ? points : [...points, points[0]!]
  return { type: 'Polygon', coordinates: [ring] }
}

const ringsOf = (shape: Outline) => (shape.type === 'Polygon' ? shape.coordinates : shape.coordinates.flat()) as Corner[][]
function withRings(feature: Feature, change: (ring: Corner[]) => Corner[]): Feature {
  const { geometry } = feature
  const coordinates = geometry.type === 'Polygon'
    ? (geometry.coordinates as Corner[][]).map(change)
    : (geometry.coordinates as Corner[][][]).map((rings) => rings.map(change))
  return { ...feature, geometry: { ...geometry, coordinates } as Outline }
}
export const codeOf = (feature: GeoJSON.Feature) => String(feature.properties?.code)
export const nameOf = (feature: GeoJSON.Feature) => String(feature.properties?.name)

/** Every corner of an outline once. */
export function cornersOf(shape: Outline): Corner[] {
  return ringsOf(shape).flatMap((ring) => ring.slice(0, -1))
}
/** The middles of its edges, where a corner may be added. */
export function middlesOf(shape: Outline): Corner[] {
  return ringsOf(shape).flatMap((ring) => ring.slice(1).map((b, i): Corner => [(ring[i]![0] + b[0]) / 2, (ring[i]![1] + b[1]) / 2]))
}

function onEdge(at: Corner, a: Corner, b: Corner): boolean {
  if (same(at, a) || same(at, b)) return false
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const length = Math.hypot(dx, dy)
  const along = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (length * length)
  const off = Math.abs((at[0] - a[0]) * dy - (at[1] - a[1]) * dx) / length
  return along > 0 && along < 1 && off < NEAR
}
/** A corner put into every ring whose edge runs through it, so that neighbours move together there. */
export function addCorner(features: Feature[], at: Corner): Feature[] {
  return features.map((one) => {
    const met = ringsOf(one.geometry).some((ring) => ring.some((b, i) => i > 0 && onEdge(at, ring[i - 1]!, b)))
    if (!met) return one
    return withRings(one, (ring) => ring.flatMap((b, i) => (i > 0 && onEdge(at, ring[i - 1]!, b) ? [at, b] : [b])))
  })
}
/** The area's own corners made corners of its neighbours, and theirs on its edges its own. */
export function weave(features: Feature[], code: string): Feature[] {
  const own = features.find((one) => codeOf(one) === code)
  if (!own) return features
  const box = ringsOf(own.geometry).flat()
  const [west, east] = [Math.min(...box.map((one) => one[0])), Math.max(...box.map((one) => one[0]))]
  const [south, north] = [Math.min(...box.map((one) => one[1])), Math.max(...box.map((one) => one[1]))]
  const inBox = ([x, y]: Corner) => x >= west - NEAR && x <= east + NEAR && y >= south - NEAR && y <= north + NEAR
  const near = features.filter((one) => ringsOf(one.geometry).some((ring) => ring.some(inBox)) || one === own)
  const woven = near.flatMap((one) => cornersOf(one.geometry)).filter(inBox).reduce(addCorner, near)
  const by = new Map(woven.map((one) => [codeOf(one), one]))
  return features.map((one) => by.get(codeOf(one)) ?? one)
}
/** A corner moved in every outline that has it; `to` null takes it away where three others are left. */
export function moveCorner(features: Feature[], from: Corner, to: Corner | null): Feature[] {
  const put: Corner | null = to && [round(to[0]), round(to[1])]
  return features.map((one) => {
    if (!ringsOf(one.geometry).some((ring) => ring.some((each) => same(each, from)))) return one
    return withRings(one, (ring) => {
      if (put) return ring.map((each) => (same(each, from) ? put : each))
      const left = ring.slice(0, -1).filter((each) => !same(each, from))
      return left.length >= 3 ? [...left, left[0]!] : ring
    })
  })
}
/** Those whose outline is another than before. */
export function changed(before: Feature[], after: Feature[]): Feature[] {
  const old = new Map(before.map((one) => [codeOf(one), JSON.stringify(one.geometry.coordinates)]))
  return after.filter((one) => old.get(codeOf(one)) !== JSON.stringify(one.geometry.coordinates))
}
