// GCJ-02, the shifted system of Chinese tiles. The formula is the one public code agrees on (no official text
// exists); the way back is a fixed point, to 1e-9 degree. Mirrors app/core/geometry.py.
const A = 6378245
const EE = 0.00669342162296594323
const RAD = Math.PI / 180

function inChina(lon: number, lat: number): boolean {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271
}

function waves(x: number): number {
  return (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3)
}

function shift(lon: number, lat: number): [number, number] {
  const [x, y] = [lon - 105, lat - 35]
  const root = Math.sqrt(Math.abs(x))
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves(x)
  north += ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3
  north += ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves(x)
  east += ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3
  east += ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3
  const sine = Math.sin(lat * RAD)
  const magic = 1 - EE * sine * sine
  const down = ((A * (1 - EE)) / (magic * Math.sqrt(magic))) * RAD
  const across = (A / Math.sqrt(magic)) * Math.cos(lat * RAD) * RAD
  return [east / across, north / down]
}

/** WGS84 to GCJ-02, degrees; outside China nothing is shifted. */
export function toGcj(lon: number, lat: number): [number, number] {
  if (!inChina(lon, lat)) return [lon, lat]
  const [dx, dy] = shift(lon, lat)
  return [lon + dx, lat + dy]
}

/** GCJ-02 back to WGS84, degrees. */
export function fromGcj(lon: number, lat: number): [number, number] {
  let [x, y] = [lon, lat]
  for (let i = 0; i < 30; i++) {
    const [gx, gy] = toGcj(x, y)
    const [ex, ey] = [gx - lon, gy - lat]
    x -= ex
    y -= ey
    if (Math.abs(ex) < 1e-9 && Math.abs(ey) < 1e-9) break
  }
  return [x, y]
}
