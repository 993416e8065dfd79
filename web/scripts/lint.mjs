// What the type checker does not see: things Chromium 86 lacks, raw HTML, other origins, Chinese outside the word list,
// files that grew too long.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('../src/', import.meta.url).pathname
const MAX_LINES = 400
const RULES = [
  [/\.at\(/, 'Array.prototype.at is not in Chromium 86'],
  [/structuredClone\(|Object\.hasOwn\(|crypto\.randomUUID\(|\.findLast\(|\.toSorted\(/, 'not in Chromium 86'],
  [/:has\(|color-mix\(|aspect-ratio:|\b\d+dvh\b/, 'CSS that Chromium 86 lacks'],
  [/v-html|innerHTML|document\.write|\beval\(|new Function\(/, 'raw HTML or code from text'],
  [/https?:\/\/(?!www\.w3\.org\/)/, 'another origin'],
  [/console\.(log|debug)\(/, 'left-over output'],
]
const WORDS = /src\/i18n\/(zh|en)\.ts$/
let faults = 0
function say(file, line, text) {
  console.error(`${file}:${line}: ${text}`)
  faults++
}
function walk(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) walk(path)
    else if (/\.(ts|vue|css)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) check(path)
  }
}
function check(path) {
  const lines = readFileSync(path, 'utf8').split('\n')
  const words = WORDS.test(path)
  if (lines.length > MAX_LINES && !words) say(path, lines.length, `longer than ${MAX_LINES} lines`)
  lines.forEach((line, i) => {
    for (const [rule, text] of RULES) if (rule.test(line)) say(path, i + 1, text)
    const code = line.replace(/\/\/.*$|<!--.*?-->|\/\*.*?\*\//g, '')
    if (!words && /[\u4e00-\u9fff]/.test(code)) say(path, i + 1, 'Chinese words belong into src/i18n')
    // A Vue template's own text in English would stay English on a Chinese page.
    if (path.endsWith('.vue') && /^\s*<(p|span|h\d|b|el-button)[^>]*>[A-Z][a-z]+ [a-z]+/.test(code)) say(path, i + 1, 'words belong into src/i18n')
  })
}
walk(root)
if (faults) process.exit(1)
