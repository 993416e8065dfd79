// Both languages complete: the same keys, the same placeholders, no empty text, every key a page uses, every word of the
// contract's closed lists.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import en from '@/i18n/en'
import zh from '@/i18n/zh'

type Tree = { [k: string]: string | Tree }
function flat(tree: Tree, prefix = ''): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [k, v] of Object.entries(tree)) {
    if (typeof v === 'string') out[prefix + k] = v
    else Object.assign(out, flat(v, `${prefix}${k}.`))
  }
  return out
}
const zhFlat = flat(zh as unknown as Tree)
const enFlat = flat(en as unknown as Tree)
const root = join(__dirname, '..')
const holes = (text: string) => (text.match(/\{(\w+)\}/g) ?? []).sort().join()

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name)
    return e.isDirectory() ? sources(path) : /\.(ts|vue)$/.test(e.name) && !path.includes('i18n') ? [readFileSync(path, 'utf8')] : []
  })
}
const code = sources(join(root, 'src')).join('\n')

describe('words', () => {
  it('stand in both languages', () => {
    expect(Object.keys(enFlat).sort()).toEqual(Object.keys(zhFlat).sort())
    for (const [k, v] of [...Object.entries(zhFlat), ...Object.entries(enFlat)]) expect(v.trim(), k).not.toBe('')
  })
  it('take the same values', () => {
    for (const k of Object.keys(zhFlat)) expect(holes(enFlat[k]!), k).toBe(holes(zhFlat[k]!))
  })
  it('are Chinese in Chinese and hold none in English', () => {
    for (const [k, v] of Object.entries(zhFlat)) if (!['app.language', 'grade_step'].includes(k)) expect(/[\u4e00-\u9fff]|^[^A-Za-z]*(\{|$)/.test(v), `${k}: ${v}`).toBe(true)
    for (const [k, v] of Object.entries(enFlat)) if (k !== 'app.language') expect(/[\u4e00-\u9fff]/.test(v), `${k}: ${v}`).toBe(false)
  })
  it('compile without code from text (the content security policy forbids it)', () => {
    const i18n = createI18n({ legacy: false, locale: 'zh', messages: { zh, en } })
    for (const k of Object.keys(zhFlat)) expect(() => i18n.global.t(k, { n: 1 }), k).not.toThrow()
  })
  it('exist for every key a page names', () => {
    const literal = [...code.matchAll(/\bt\(\s*'([\w.]+)'/g), ...code.matchAll(/(?:label|title): '([a-z_]+\.[\w.]+)'/g)].map((m) => m[1]!)
    const missing = [...new Set(literal)].filter((k) => !(k in zhFlat))
    expect(missing).toEqual([])
    const groups = [...code.matchAll(/\bt\(`([\w.]+)\.\$\{/g), ...code.matchAll(/\bword\('([\w.]+)'/g)].map((m) => m[1]!)
    expect(groups.filter((g) => !Object.keys(zhFlat).some((k) => k.startsWith(`${g}.`)))).toEqual([])
  })
  it('exist for every word of the closed lists in openapi.yaml', () => {
    const spec = readFileSync(join(root, '../openapi.yaml'), 'utf8')
    const members = (name: string) => {
      const m = new RegExp(`^    ${name}: \\{type: string,(?: description: [^\\[]*,)? enum: \\[([^\\]]+)\\]`, 'm').exec(spec)
      expect(m, name).not.toBeNull()
      return m![1]!.split(',').map((x) => x.trim())
    }
    const lists: Record<string, string> = { Role: 'role', ProblemState: 'problem_state', ProblemAction: 'problem_action', Severity: 'severity', LimitKind: 'limit_kind', InspectionKind: 'inspection_kind', InspectionState: 'inspection_state', JudgingMode: 'mode', Result: 'result', ImportKind: 'imports.kinds', UnitKind: 'units.kind', AreaLevel: 'areas.level', DutyKind: 'people.duty_kind' }
    const missing = Object.entries(lists).flatMap(([schema, group]) => members(schema).map((m) => `${group}.${m}`)).filter((k) => !(k in zhFlat))
    expect(missing).toEqual([])
    expect(members('ProblemAction').filter((a) => !(`action_hint.${a}` in zhFlat) || !(`problem_event.${a}` in zhFlat))).toEqual([])
    expect(members('LimitKind').filter((a) => !(`limit_kind_n.${a}` in zhFlat))).toEqual([])
  })
})
