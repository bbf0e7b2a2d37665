// The second pass: the worker's service worker, with the list of what `w/index.html` reaches and nothing else.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
interface Chunk {
  file: string
  css?: string[]
  assets?: string[]
  imports?: string[]
  dynamicImports?: string[]
}
const manifest = JSON.parse(readFileSync(here('dist/.vite/manifest.json'), 'utf8')) as Record<string, Chunk>

function reached(from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen
  seen.add(from)
  const chunk = manifest[from]
  for (const next of [...(chunk?.imports ?? []), ...(chunk?.dynamicImports ?? [])]) reached(next, seen)
  return seen
}

const chunks = [...reached('w/index.html')].flatMap((name) => manifest[name] ?? [])
const built = chunks.flatMap((one) => [one.file, ...(one.css ?? []), ...(one.assets ?? [])]).filter((one) => !one.endsWith('.html'))
const own = ['w/manifest.webmanifest', 'w/icon-192.png', 'w/icon-512.png', 'assets/icon.svg']
const files = ['w/index.html', ...new Set(built), ...own]
const hash = createHash('sha256')
for (const one of files) hash.update(one).update(readFileSync(here(`dist/${one}`)))

export default defineConfig({
  publicDir: false,
  define: {
    'process.env.NODE_ENV': '"production"',
    __PRECACHE__: JSON.stringify(['/w/', ...files.slice(1).map((one) => `/${one}`)]),
    __BUILD__: JSON.stringify(hash.digest('hex').slice(0, 12)),
  },
  build: {
    target: 'chrome87',
    emptyOutDir: false,
    outDir: 'dist/w',
    lib: { entry: here('src/worker/sw.ts'), formats: ['es'], fileName: () => 'sw.js' },
  },
})
