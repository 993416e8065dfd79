// The case around the loop in a browser: a unit asks for more time and is granted it; a photograph used before is shown to
// whoever re-checks, beside the earlier one; a round is planned, drawn and seen; the pages of the desk open in both languages.
import type { Page } from 'playwright-core'
import { check, closeBrowser, finish, openBrowser, PHONE, photograph, readAccounts, shot, signIn, step, troubles, use, visit, type Account } from './harness.js'

const accounts = readAccounts().sort((a, b) => a.grants.length - b.grants.length)
function who(what: string, fits: (a: Account) => boolean): Account {
  const found = accounts.find(fits)
  check(found, `no account for ${what}`)
  return found
}
const office = who('dispatcher of the office', (a) => a.role === 'office' && ['verify', 'register', 'dispatch'].every((g) => a.grants.includes(g)))
const contact = who('unit contact', (a) => a.role === 'unit_contact' && a.login !== 'cjb')
const rechecker = who('re-checker', (a) => a.grants.includes('recheck') && a.login !== office.login)

const pages = new Map<string, Page>()
async function as(account: Account): Promise<Page> {
  const page = pages.get(account.login) ?? (await signIn(account))
  pages.set(account.login, page)
  use(page)
  return page
}
const waitState = (page: Page, word: string) => page.locator('.page-head .tag', { hasText: word }).first().waitFor()
async function act(page: Page, action: string): Promise<void> {
  await page.click(`[data-test=act-${action}]`)
  await page.locator('[data-test=confirm]').waitFor()
}
/** Confirms the open dialog and waits until it is gone. */
async function confirm(page: Page): Promise<void> {
  await page.click('[data-test=confirm]')
  await page.locator('[data-test=confirm]').waitFor({ state: 'detached' })
}
let picture: { name: string; mimeType: string; buffer: Buffer } | null = null
const problems: string[] = []
let round = ''

/** Reported, dispatched to the contact's unit, accepted: what the rest needs to stand on. */
async function newCase(words: string): Promise<string> {
  const unit = (await (await as(contact)).locator('.who .unit').textContent())!.trim()
  const page = await as(office)
  await visit(page, '/problems/new')
  await page.locator('.el-form .el-select').first().click()
  await page.locator('.el-select-dropdown__item:visible').first().click()
  await page.locator('.el-form textarea').first().fill(words)
  await page.click('.el-form button[type=submit]')
  await page.waitForURL(/#\/problems\/[0-9a-f-]{36}/)
  const at = new URL(page.url()).hash.slice(1)
  for (const action of ['verify', 'register']) {
    await act(page, action)
    await confirm(page)
  }
  await act(page, 'dispatch')
  const dialog = page.locator('.el-dialog')
  await dialog.locator('.el-select').first().click()
  await page.keyboard.type(unit)
  await page.locator('.el-select-dropdown__item:visible', { hasText: unit }).first().click()
  await confirm(page)
  await waitState(page, '已交办')
  const theirs = await as(contact)
  await visit(theirs, at)
  await act(theirs, 'accept')
  await confirm(theirs)
  await waitState(theirs, '已签收')
  return at
}

await openBrowser()

await step('two cases are dispatched and accepted; their clocks are in words', async () => {
  problems.push(await newCase('case test one'), await newCase('case test two'))
  const page = await as(contact)
  await page.locator('[data-test=clocks] li').first().waitFor()
  check((await page.locator('[data-test=clocks] li').count()) >= 2, 'the whole case has no clock of its own')
})

await step('the unit asks for an extension, not without a reason', async () => {
  const page = await as(contact)
  await visit(page, problems[0]!)
  await page.click('[data-test=ask-extension]')
  await page.click('[data-test=confirm]')
  await page.locator('.el-form-item__error').first().waitFor()
  await page.locator('.el-dialog textarea').fill('the part has to be ordered')
  await confirm(page)
  await page.locator('[data-test=requests] .tag', { hasText: '待审批' }).waitFor()
})

await step('the office finds it among what waits and grants it; the limit moves', async () => {
  const page = await as(office)
  await visit(page, '/requests')
  const mine = page.locator('.request', { has: page.locator(`a[href$="${problems[0]}"]`) })
  await mine.locator('[data-test=request-grant]').click()
  await shot(page, '11-request')
  await confirm(page)
  await mine.waitFor({ state: 'detached' })
  const theirs = await as(contact)
  await theirs.reload()
  await theirs.locator('[data-test=requests] .tag', { hasText: '已同意' }).waitFor()
  await theirs.locator('.tags .tag', { hasText: '延期' }).waitFor()
})

await step('the same photograph proves two cases', async () => {
  const page = await as(contact)
  picture = await photograph(page, 'mended')
  for (const p of problems) {
    await visit(page, p)
    await act(page, 'rectify')
    await page.locator('.el-dialog input[type=file]').setInputFiles(picture)
    await page.locator('.el-dialog .one img').first().waitFor()
    await page.locator('.el-dialog textarea').fill('mended')
    await confirm(page)
    await waitState(page, '已反馈')
  }
})

await step('the re-checker sees both pictures and where the earlier one is from', async () => {
  const page = await as(rechecker)
  await visit(page, problems[1]!)
  const doubt = page.locator('[data-test=doubts] .doubt', { has: page.locator(`a[href$="${problems[0]}"]`) }).first()
  await doubt.waitFor()
  const widths = await doubt.locator('img').evaluateAll(async (all) => {
    for (const img of all as HTMLImageElement[]) {
      img.loading = 'eager'
      if (!img.complete) await new Promise((done) => (img.onload = img.onerror = done))
    }
    return (all as HTMLImageElement[]).map((img) => img.naturalWidth)
  })
  check(widths.length === 2 && widths.every((w) => w > 0), `pictures: ${widths.join()}`)
  await doubt.scrollIntoViewIfNeeded()
  await shot(page, '12-doubt')
  await doubt.locator('[data-test=doubt-confirm]').click()
  await page.locator('.el-dialog textarea').fill('the same picture')
  await confirm(page)
  await doubt.locator('.tag.red').first().waitFor()
})

await step('the unit sees nothing of the doubt', async () => {
  const page = await as(contact)
  await visit(page, problems[1]!)
  await waitState(page, '已反馈')
  check((await page.locator('[data-test=doubts]').count()) === 0, 'doubts show to the unit')
})

await step('the office plans a round and draws its sites', async () => {
  const page = await as(office)
  await visit(page, '/rounds')
  await page.click('[data-test=plan]')
  await page.locator('[data-test=title]').fill('browser round')
  await page.locator('[data-test=basis]').fill('browser test')
  await page.click('[data-test=confirm]')
  await page.waitForURL(/#\/rounds\/[0-9a-f-]{36}/)
  round = new URL(page.url()).hash.slice(1)
  await page.click('[data-test=round-select]')
  await page.locator('.el-dialog .el-input-number input').nth(1).fill('12')
  await page.locator('.el-dialog .el-input-number input').nth(1).blur()
  await confirm(page)
  await page.locator('[data-test=draws]').waitFor()
  await page.locator('table.list tbody tr').first().waitFor()
  check((await page.locator('table.list tbody tr').count()) >= 12, 'fewer sites than were asked for')
  await shot(page, '13-round')
})

await step('the commitment of the day is published', async () => {
  const page = await as(office)
  await visit(page, '/commitments')
  check(/^[0-9a-f]{64}$/.test((await page.locator('.code').first().textContent())!.trim()), 'no hash')
})

await step('a unit sees nothing of the covert round', async () => {
  const page = await as(contact)
  await visit(page, '/rounds')
  check((await page.locator(`a[href$="${round}"]`).count()) === 0, 'the round is listed')
})

const DESK_PAGES = ['/requests', '/consequences', '/lookbacks', '/rounds', '/coverage', '/commitments', '/indicators', '/periods', '/exports']
await step('every page of the desk opens, in both languages, without a fault', async () => {
  const page = await as(office)
  for (const lang of ['zh', 'en']) {
    for (const p of DESK_PAGES) {
      await visit(page, p)
      await page.locator('h1').first().waitFor()
      check((await page.locator('.error').count()) === 0, `${p}: ${await page.locator('.error').first().textContent().catch(() => '')}`)
      await shot(page, `20-${lang}${p.replace('/', '-')}`)
    }
    await page.click('.lang')
  }
})

await step('an indicator opens the cases behind it', async () => {
  const page = await as(office)
  await visit(page, '/indicators')
  await page.locator('tr.sum .link').first().click()
  await page.locator('[data-test=cases] table.list tbody tr, [data-test=cases] .empty').first().waitFor()
})

await step('on a phone no page is wider than the phone', async () => {
  const page = await signIn(office, PHONE)
  for (const p of [...DESK_PAGES, problems[1]!, round]) {
    await visit(page, p)
    await page.locator('h1').first().waitFor()
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    await shot(page, `30-phone-${p.split('/')[1]}${p.split('/').length > 2 ? '-one' : ''}`)
    check(over <= 0, `${p} is ${over} px wider than the phone`)
  }
})

await step('no page error, no other origin', async () => {
  check(troubles() === 0, `${troubles()} lines below`)
})

await closeBrowser()
finish()
