// What the browser tests share: the browser, the accounts, named steps with a count at the end, screenshots, photographs
// made on the spot. Settings by environment: XIAOHAO_URL, XIAOHAO_ACCOUNTS, XIAOHAO_SCREENS, XIAOHAO_CHROMIUM.
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const env = (name: string, otherwise: string) => process.env[name] || otherwise
export const URL_BASE = env('XIAOHAO_URL', 'http://127.0.0.1:8330').replace(/\/$/, '')
const ACCOUNTS = env('XIAOHAO_ACCOUNTS', join(process.cwd(), '../var/accounts.txt'))
const SCREENS = process.env.XIAOHAO_SCREENS || mkdtempSync(join(tmpdir(), 'xiaohao-screens-'))
const CHROMIUM = env('XIAOHAO_CHROMIUM', '/usr/bin/chromium')

export interface Account {
  login: string
  password: string
  role: string
  grants: string[]
}

/** Lines "login password name title role [+grant,grant]"; # begins a comment. */
export function readAccounts(): Account[] {
  return readFileSync(ACCOUNTS, 'utf8')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/))
    .map((f) => {
      const last = f[f.length - 1]!
      const grants = last.startsWith('+') ? last.slice(1).split(',') : []
      return { login: f[0]!, password: f[1]!, role: grants.length ? f[f.length - 2]! : last, grants }
    })
}

let passed = 0
let failed = 0
let broken = ''
const trouble: string[] = []

/** A named step. After one that failed, those that build on it are counted as failed without being tried. */
export async function step(name: string, run: () => Promise<void>): Promise<void> {
  if (broken) {
    failed++
    console.log(`FAIL ${name} (not reached: ${broken})`)
    return
  }
  try {
    await run()
    passed++
    console.log(`ok   ${name}`)
  } catch (e) {
    failed++
    broken = name
    console.log(`FAIL ${name}\n     ${String(e instanceof Error ? e.message : e).split('\n').slice(0, 6).join('\n     ')}`)
    await lastPage?.screenshot({ path: join(SCREENS, 'failed.png') }).catch(() => {})
  }
}

export function check(holds: unknown, what: string): asserts holds {
  if (!holds) throw new Error(what)
}

export function finish(): never {
  for (const line of trouble) console.log(`     ${line}`)
  console.log(`screenshots in ${SCREENS}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
}

let browser: Browser | null = null
let lastPage: Page | null = null

export async function openBrowser(): Promise<void> {
  check(existsSync(CHROMIUM), `no browser at ${CHROMIUM}`)
  mkdirSync(SCREENS, { recursive: true })
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
export const closeBrowser = async () => void (await browser?.close())

export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** A page of its own for one person, signed in by hand as people do. */
export async function signIn(account: Account, viewport = DESK): Promise<Page> {
  const context: BrowserContext = await browser!.newContext({ viewport, locale: 'zh-CN', colorScheme: 'light' })
  const page = await context.newPage()
  lastPage = page
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (e) => trouble.push(`page error: ${e.message}`))
  page.on('console', (m) => {
    // The refusals below are asked for by the tests themselves.
    if (m.type() === 'error' && !/status of (401|403|404|409|422)/.test(m.text())) trouble.push(`console: ${m.text()}`)
  })
  page.on('request', (r) => {
    if (!r.url().startsWith(URL_BASE) && !/^(data|blob):/.test(r.url())) trouble.push(`another origin: ${r.url()}`)
  })
  await page.goto(`${URL_BASE}/`)
  await fillSignIn(page, account)
  await page.waitForURL((u) => !u.hash.includes('signin'))
  return page
}

export async function fillSignIn(page: Page, account: Account): Promise<void> {
  await page.fill('#login', account.login)
  await page.fill('#password', account.password)
  await page.click('button[type=submit]')
}

export const troubles = () => trouble.length
export const use = (page: Page) => (lastPage = page)
export const shot = (page: Page, name: string) => page.screenshot({ path: join(SCREENS, `${name}.png`) })

/** Goes to a page of the console without loading it afresh. */
export async function visit(page: Page, path: string): Promise<void> {
  use(page)
  await page.evaluate((p) => (location.hash = p), `#${path}`)
  await page.waitForURL((u) => u.hash.startsWith(`#${path.split('?')[0]}`) || u.hash.includes('no-such-page'))
  await page.waitForLoadState('networkidle')
}

/** A JPEG nobody has sent before. */
export async function photograph(page: Page, words: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const base64 = await page.evaluate((text) => {
    const canvas = document.createElement('canvas')
    canvas.width = 960
    canvas.height = 720
    const g = canvas.getContext('2d')!
    for (let i = 0; i < 60; i++) {
      g.fillStyle = `hsl(${Math.random() * 360} 50% ${30 + Math.random() * 50}%)`
      g.fillRect(Math.random() * 960, Math.random() * 720, 200, 150)
    }
    g.fillStyle = '#fff'
    g.font = '60px sans-serif'
    g.fillText(text, 60, 380)
    return canvas.toDataURL('image/jpeg', 0.85).split(',')[1]!
  }, words)
  return { name: `${words}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }
}
