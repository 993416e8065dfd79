// Limits, lights, times and findings as people read them.
import { describe, expect, it } from 'vitest'
import { i18n } from '@/i18n'
import { answered, choices, lost, paramWords, toObservation, type Answer } from '@/lib/judging'
import { addDays, fromLocalText, rfc3339, span, timeText } from '@/lib/time'
import { areaPrefix, dueWords, fractionText, limitWords, percentText, scoreFilter, type Translate } from '@/lib/words'
import type { Criterion } from '@/api/types'

const t = i18n.global.t as unknown as Translate
const inLocale = <T>(locale: 'zh' | 'en', f: () => T): T => {
  i18n.global.locale.value = locale
  const got = f()
  i18n.global.locale.value = 'zh'
  return got
}
const MIN = 60_000
const now = Date.parse('2026-11-20T09:00:00+08:00')
const at = (minutes: number) => new Date(now + minutes * MIN).toISOString()

describe('limits', () => {
  it('are read in both languages', () => {
    expect(limitWords(t, { kind: 'working_days', amount: 3 })).toBe('3 个工作日')
    expect(inLocale('en', () => limitWords(t, { kind: 'urgent_hours', amount: 4 }))).toBe('4 h (round the clock)')
  })
  it.each([
    [30, '还有 30 分钟'],
    [0, '还有 1 分钟'],
    [5 * 60 + 59, '还有 5 小时'],
    [26 * 60, '还有 1 天 2 小时'],
    [48 * 60, '还有 2 天'],
    [20 * 24 * 60 + 300, '还有 20 天'],
    [-90, '已超 1 小时'],
    [-25 * 60, '已超 1 天 1 小时'],
  ])('%d minutes from now: %s', (minutes, words) => {
    expect(dueWords(t, at(minutes), now)).toBe(words)
  })
  it('say nothing without a due time', () => expect(dueWords(t, null, now)).toBe(''))
})

describe('times', () => {
  it('are the headquarters’, not the device’s', () => {
    expect(timeText('2026-11-20T16:30:00Z', 480)).toBe('2026-11-21 00:30')
    expect(timeText('2026-11-20T16:30:00Z', 0)).toBe('2026-11-20 16:30')
    expect(timeText('nonsense', 480)).toBe('—')
    expect(rfc3339(Date.parse('2026-11-20T16:30:00Z'), 480)).toBe('2026-11-21T00:30:00+08:00')
    expect(fromLocalText('2026-11-21 00:30', -210)).toBe('2026-11-21T00:30:00-03:30')
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(span(59 * MIN).unit).toBe('minutes')
  })
})

describe('rates', () => {
  it('show nothing over nothing as a dash', () => {
    expect(percentText(null)).toBe('—')
    expect(percentText(94.666)).toBe('94.7%')
    expect(fractionText({ earned: 29697.02, possible: 30967 })).toBe('29697.02 / 30967')
  })
  it('open the next level', () => {
    expect(scoreFilter('town', '990101004000')).toEqual({ area_code: '990101004' })
    expect(scoreFilter('district', '990101')).toEqual({ area_code: '990101' })
    expect(areaPrefix({ code: '350212000000', level: 'district' })).toBe('350212')
  })
})

describe('findings', () => {
  const c = (mode: Criterion['mode'], mode_params: object = {}) => ({ id: 'c', mode, mode_params }) as unknown as Criterion
  const a = (x: Partial<Answer>): Answer => ({ note: '', photos: [], ...x })
  it('ask what the mode needs', () => {
    expect(choices(c('threshold'))).toEqual(['value', 'not_applicable'])
    expect(answered(a({ result: 'count' }))).toBe(false)
    expect(answered(a({ result: 'count', count: 0 }))).toBe(true)
    expect(answered(a({ result: 'value', value: Number.NaN }))).toBe(false)
  })
  it('know when points are lost', () => {
    const higher = c('threshold', { unit: '%', better: 'higher', steps: [{ at: 95, pct: 100 }, { at: 80, pct: 50 }] })
    const lower = c('threshold', { unit: '分钟', better: 'lower', steps: [{ at: 10, pct: 100 }] })
    expect(lost(higher, a({ result: 'value', value: 94 }))).toBe(true)
    expect(lost(higher, a({ result: 'value', value: 95 }))).toBe(false)
    expect(lost(lower, a({ result: 'value', value: 11 }))).toBe(true)
    expect(lost(c('count'), a({ result: 'count', count: 5 }))).toBe(false)
    expect(lost(c('grade', { steps: [100, 0] }), a({ result: 'count', count: 1 }))).toBe(true)
    expect(lost(c('binary'), a({ result: 'not_applicable' }))).toBe(false)
  })
  it('send a problem only where points are lost', () => {
    const problem = { id: 'p', description: ' d ', severity: 'general' as const, typical: false, mended: false, after_photos: ['x'] }
    expect(toObservation(c('binary'), a({ result: 'not_met', problem })).problem).toEqual({ id: 'p', description: 'd', severity: 'general', typical: false, mended: false })
    expect(toObservation(c('binary'), a({ result: 'met', problem })).problem).toBeUndefined()
  })
  it('explain their parameters', () => {
    expect(paramWords(t, c('grade', { steps: [100, 66, 0] }))).toBe('0 处 100%、1 处 66%、2 处及以上 0%')
    expect(inLocale('en', () => paramWords(t, c('threshold', { unit: '个', unit_en: 'pieces', better: 'higher', steps: [{ at: 2, pct: 100 }] })))).toBe('100% from 2 pieces')
  })
})
