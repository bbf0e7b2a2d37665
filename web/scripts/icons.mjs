/** Draws public/w/icon-192.png and icon-512.png: a grid of nine fields, one of them with a door, on the brand's blue. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'

const BLUE = [11, 87, 164]
const WHITE = [255, 255, 255]
const AMBER = [242, 169, 0]

/** The colour at a place of the unit square; everything of weight lies within the middle four fifths (maskable). */
function colourAt(x, y) {
  const [left, cell, gap] = [0.2, 0.18, 0.03]
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const [a, b] = [left + column * (cell + gap), left + row * (cell + gap)]
      if (x >= a && x < a + cell && y >= b && y < b + cell) return row === 1 && column === 1 ? AMBER : WHITE
    }
  }
  return BLUE
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body) >>> 0, body.length + 4)
  return whole
}

function png(size) {
  const rows = Buffer.alloc(size * (size * 3 + 1))
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const parts = [0.25, 0.75].flatMap((dy) => [0.25, 0.75].map((dx) => colourAt((x + dx) / size, (y + dy) / size)))
      for (let band = 0; band < 3; band++) rows[y * (size * 3 + 1) + 1 + x * 3 + band] = parts.reduce((sum, part) => sum + part[band], 0) / 4
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

const folder = new URL('../public/w/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const size of [192, 512]) writeFileSync(new URL(`icon-${size}.png`, folder), png(size))
