// The loop once through in a browser, each part by the person whose part it is: inspect with a photograph, dispatch,
// accept, rectify, return, rectify, re-check and strike off; then what must hold around it.
import type { Page } from 'playwright-core'
import { check, closeBrowser, fillSignIn, finish, openBrowser, PHONE, photograph, readAccounts, shot, signIn, step, troubles, use, visit, type Account } from './harness.js'

// Those with the fewest rights first, so that each step is done by someone who may do little else.
const accounts = readAccounts().sort((a, b) => a.grants.length - b.grants.length)
function who(what: string, fits: (a: Account) => boolean): Account {
  const found = accounts.find(fits)
  check(found, `no account for ${what}`)
  return found
}
const inspector = who('inspector', (a) => a.role === 'inspector')
const dispatcher = who('dispatcher', (a) => a.grants.includes('dispatch'))
const contact = who('unit contact', (a) => a.role === 'unit_contact' && a.login !== 'cjb')
const rechecker = who('re-checker', (a) => a.grants.includes('recheck') && a.login !== dispatcher.login)
const striker = who('strike-off', (a) => a.grants.includes('strike') && a.login !== rechecker.login)
const admin = who('system administrator', (a) => a.role === 'system_admin')

const pages = new Map<string, Page>()
async function as(account: Account): Promise<Page> {
  const page = pages.get(account.login) ?? (await signIn(account))
  pages.set(account.login, page)
  use(page)
  return page
}
const state = async (page: Page) => (await page.locator('.page-head .tag').first().textContent())?.trim()
async function waitState(page: Page, word: string): Promise<void> {
  await page.locator('.page-head .tag', { hasText: word }).first().waitFor()
  check((await state(page)) === word, `state is ${await state(page)}, not ${word}`)
}
async function act(page: Page, action: string): Promise<void> {
  await page.click(`[data-test=act-${action}]`)
  await page.locator('[data-test=confirm]').waitFor()
}
const confirm = (page: Page) => page.click('[data-test=confirm]')
const pickPhoto = async (page: Page, scope: string, words: string) => {
  await page.locator(`${scope} input[type=file]`).first().setInputFiles(await photograph(page, words))
  await page.locator(`${scope} .one img`).first().waitFor()
}

let problem = ''
let number = ''
const note = `browser test ${Date.now()}`

await openBrowser()

await step('an inspector signs in and meets a Chinese page', async () => {
  const page = await as(inspector)
  check((await page.getAttribute('html', 'lang')) === 'zh-CN', 'the page does not call itself Chinese')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await shot(page, '01-overview-inspector')
})

await step('chooses a site and opens its checklist', async () => {
  const page = await as(inspector)
  await visit(page, '/inspect')
  await page.locator('.el-form .el-select').first().click()
  await page.locator('.el-select-dropdown__item').first().click()
  await page.click('[data-test=start]')
  await page.locator('.row-c').first().waitFor()
  check((await page.locator('.notice').count()) > 0, 'the example catalogue is not marked as such')
})

await step('grades every criterion, by its mode', async () => {
  const page = await as(inspector)
  const rows = page.locator('.row-c')
  for (let i = 0; i < (await rows.count()); i++) {
    const row = rows.nth(i)
    if (await row.locator('[data-test=met]').count()) await row.locator('[data-test=met]').click()
    else if (await row.locator('[data-test=value]').count()) {
      await row.locator('[data-test=value]').click()
      await row.locator('.number input').fill('100')
      await row.locator('.number input').blur()
    } else {
      await row.locator('[data-test=count]').click()
      await row.locator('.number input').fill('1')
      await row.locator('.number input').blur()
    }
  }
})

await step('finds one not met, photographs it and raises a problem', async () => {
  const page = await as(inspector)
  const row = page.locator('.row-c', { has: page.locator('[data-test=not_met]') }).first()
  await row.evaluate((el) => (el.id = 'chosen'))
  await row.locator('[data-test=not_met]').click()
  await pickPhoto(page, '#chosen .proof', 'before')
  await row.locator('[data-test=raise]').click()
  await page.locator('#chosen .problem textarea').fill(note)
  await page.waitForTimeout(500)
  await shot(page, '02-inspection-form')
})

await step('a reload loses nothing of the draft', async () => {
  const page = await as(inspector)
  await page.reload()
  await page.locator('.row-c').first().waitFor()
  check((await page.locator('.row-c .problem textarea').first().inputValue()) === note, 'the description is gone')
  check((await page.locator('.row-c .upload .one img').count()) === 1, 'the photograph is gone')
  check((await page.locator('.row-c:not(.done)').count()) === 0, 'a finding is gone')
})

await step('sends the inspection; the problem has a number', async () => {
  const page = await as(inspector)
  await page.click('[data-test=submit]')
  await page.waitForURL(/#\/inspections\//)
  await page.locator('.obs a[href*="#/problems/"]').first().click()
  await page.waitForURL(/#\/problems\//)
  await page.locator('.page-head h1').waitFor()
  problem = new URL(page.url()).hash.slice(1)
  number = (await page.locator('.page-head h1').textContent())!.trim()
  check(/^\d{4}-\d+$/.test(number), `no number: ${number}`)
  check((await page.textContent('.what')) === note, 'another problem')
  await waitState(page, '已登记')
  check((await page.locator('[data-test^=act-]').count()) === 0, 'the inspector is offered an action of the office')
})

await step('the dispatcher finds it in the list and dispatches it', async () => {
  const unit = await (await as(contact)).locator('.who .unit').textContent()
  check(unit, 'the unit contact has no unit')
  const page = await as(dispatcher)
  await visit(page, '/problems?state=registered')
  await page.locator(`a[href$="${problem}"]`).first().click()
  await waitState(page, '已登记')
  await act(page, 'dispatch')
  const dialog = page.locator('.el-dialog')
  await dialog.locator('.el-select').first().click()
  await page.keyboard.type(unit)
  await page.locator('.el-select-dropdown__item:visible', { hasText: unit }).first().click()
  await shot(page, '03-dispatch')
  await confirm(page)
  await waitState(page, '已交办')
})

await step('the unit accepts', async () => {
  const page = await as(contact)
  await visit(page, problem)
  await waitState(page, '已交办')
  await act(page, 'accept')
  await confirm(page)
  await waitState(page, '已签收')
})

await step('cannot report it mended without a photograph', async () => {
  const page = await as(contact)
  await act(page, 'rectify')
  await confirm(page)
  await page.locator('.el-form-item__error').first().waitFor()
})

await step('reports it mended with one', async () => {
  const page = await as(contact)
  await pickPhoto(page, '.el-dialog', 'after-1')
  await page.locator('.el-dialog textarea').fill('first attempt')
  await shot(page, '04-rectify')
  await confirm(page)
  await waitState(page, '已反馈')
})

await step('the re-checker returns it, with a reason', async () => {
  const page = await as(rechecker)
  await visit(page, problem)
  await act(page, 'return')
  await confirm(page)
  await page.locator('.el-form-item__error').first().waitFor()
  await page.locator('.el-dialog textarea').fill('not clean enough')
  await confirm(page)
  await waitState(page, '已签收')
  check((await page.locator('.tags .tag.yellow').allTextContents()).some((x) => x.includes('1')), 'the return is not counted')
})

await step('the unit rectifies again', async () => {
  const page = await as(contact)
  await visit(page, '/problems?state=accepted')
  await page.locator(`a[href$="${problem}"]`).first().click()
  await waitState(page, '已签收')
  await act(page, 'rectify')
  await pickPhoto(page, '.el-dialog', 'after-2')
  await confirm(page)
  await waitState(page, '已反馈')
  check((await page.locator('[data-test=act-strike_off]').count()) === 0, 'the unit may strike off its own problem')
})

await step('another person of the office strikes it off', async () => {
  const page = await as(striker)
  await visit(page, problem)
  await act(page, 'strike_off')
  await confirm(page)
  await waitState(page, '已销号')
  check((await page.locator('.line > li').count()) >= 7, 'steps are missing in the timeline')
})

await step('before and after stand side by side and are pictures', async () => {
  const page = await as(striker)
  const sizes = await page.locator('.pair img').evaluateAll(async (all) => {
    for (const img of all as HTMLImageElement[]) if (!img.complete) await new Promise((done) => (img.onload = img.onerror = done))
    return (all as HTMLImageElement[]).map((img) => img.naturalWidth)
  })
  check(sizes.length === 3 && sizes.every((w) => w > 0), `pictures: ${sizes.join()}`)
  await shot(page, '05-struck-off')
})

await step('an ended session asks over the page and goes on there', async () => {
  const page = await as(rechecker)
  await visit(page, problem)
  await page.context().clearCookies()
  await page.evaluate(() => (location.hash = '#/sites'))
  await page.locator('.el-dialog #login').waitFor()
  await fillSignIn(page, rechecker)
  await page.locator('table.list tbody tr').first().waitFor()
  check(page.url().includes('#/sites'), 'not where one was')
})

await step('a deep link leads through the sign-in to its page, on a phone, in English', async () => {
  const page = await signIn(striker, PHONE)
  await page.click('.lang')
  await visit(page, problem)
  await waitState(page, 'Struck off')
  check((await page.getAttribute('html', 'lang')) === 'en', 'the page does not call itself English')
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  check(over <= 0, `the page is ${over} px wider than the phone`)
  await shot(page, '06-phone-english')
})

await step('an administrator sees no cases', async () => {
  const page = await as(admin)
  check((await page.locator('nav a[href="#/problems"]').count()) === 0, 'the menu offers cases')
  await visit(page, problem)
  check((await page.locator('.what').count()) === 0, 'the case shows')
})

await step('no page error, no other origin', async () => {
  check(troubles() === 0, `${troubles()} lines below`)
})

await closeBrowser()
finish()
