// After a build: the console's first load (entry, what it imports at once, its style sheets, and the first pages a person
// meets) must stay under its budget, compressed; and no page may name another origin.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url)
const BUDGET_KB = 350
const FIRST = ['index.html', 'src/views/signin/SignInView.vue', 'src/views/overview/OverviewView.vue']
const manifest = JSON.parse(readFileSync(new URL('assets/manifest.json', DIST), 'utf8'))

const files = new Set()
function collect(key) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) collect(next)
}
FIRST.forEach(collect)
let bytes = gzipSync(readFileSync(new URL('index.html', DIST))).length
for (const f of files) bytes += gzipSync(readFileSync(new URL(f, DIST))).length
const kb = bytes / 1024
console.log(`first load ${kb.toFixed(0)} KB gzip in ${files.size + 1} files (budget ${BUDGET_KB})`)

let failed = kb > BUDGET_KB
const html = readFileSync(new URL('index.html', DIST), 'utf8')
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html) || /\s(src|href)="(https?:)?\/\//.test(html)) {
  console.error('index.html holds an inline script or another origin')
  failed = true
}
for (const name of readdirSync(new URL('assets/', DIST))) {
  if (!name.endsWith('.css')) continue
  if (/url\(["']?(https?:)?\/\//.test(readFileSync(new URL(`assets/${name}`, DIST), 'utf8'))) {
    console.error(`${name} names another origin`)
    failed = true
  }
}
process.exit(failed ? 1 : 0)
