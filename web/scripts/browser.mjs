// Runs the browser tests of ../tests/browser: TypeScript to modules beside this project's packages, then plain node.
//   XIAOHAO_URL=http://127.0.0.1:8330 XIAOHAO_ACCOUNTS=../var/accounts.txt npm run -s browser [-- loop]
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import ts from 'typescript'

const from = new URL('../../tests/browser/', import.meta.url)
const to = new URL('../node_modules/.browser/', import.meta.url)
mkdirSync(to, { recursive: true })
writeFileSync(new URL('package.json', to), '{"type":"module"}')
for (const name of readdirSync(from).filter((n) => n.endsWith('.ts'))) {
  const { outputText } = ts.transpileModule(readFileSync(new URL(name, from), 'utf8'), { compilerOptions: { module: 'ESNext', target: 'ES2022' }, fileName: name })
  writeFileSync(new URL(name.replace(/\.ts$/, '.js'), to), outputText)
}
const wanted = process.argv[2] ?? 'loop'
const run = spawnSync(process.execPath, [new URL(`${wanted}.spec.js`, to).pathname], { stdio: 'inherit' })
process.exit(run.status ?? 1)
