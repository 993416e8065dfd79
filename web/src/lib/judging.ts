// What a criterion asks for, by its mode: which inputs show, whether an answer is complete, whether points are lost,
// and its parameters in words. Display only; the server's rules decide.
import type { Criterion, Observation, ObservationNew, Result } from '@/api/types'
import { currentLocale } from '@/i18n'
import type { Translate } from './words'

export interface Answer {
  result?: Result
  count?: number
  value?: number
  note: string
  photos: string[]
  observed_at?: string
  problem?: { id: string; description: string; severity: 'general' | 'key'; typical: boolean; mended: boolean; after_photos: string[] }
}

export const emptyAnswer = (): Answer => ({ note: '', photos: [] })

interface Step { at?: number; pct?: number }
const params = (c: Pick<Criterion, 'mode_params'>) => c.mode_params as { steps?: (number | Step)[]; per_case?: number; unit?: string; unit_en?: string; better?: string }

/** What this mode's buttons are. `count` and `value` open a number. */
export function choices(c: Pick<Criterion, 'mode'>): Result[] {
  switch (c.mode) {
    case 'binary':
      return ['met', 'not_met', 'not_applicable']
    case 'grade':
    case 'deduction':
      return ['met', 'count', 'not_applicable']
    case 'threshold':
      return ['value', 'not_applicable']
    case 'count':
      return ['count', 'not_applicable']
  }
}

export const valueUnit = (c: Pick<Criterion, 'mode_params'>) => (currentLocale() === 'zh' ? params(c).unit : params(c).unit_en || params(c).unit) ?? ''

export function answered(a: Answer | undefined): boolean {
  if (!a?.result) return false
  if (a.result === 'count') return Number.isInteger(a.count) && a.count! >= 0
  if (a.result === 'value') return typeof a.value === 'number' && Number.isFinite(a.value)
  return true
}

/** Whether a problem may be raised: points were lost. */
export function lost(c: Pick<Criterion, 'mode' | 'mode_params'>, a: Answer | undefined): boolean {
  if (!a || !answered(a)) return false
  if (a.result === 'not_met') return true
  if (a.result === 'count') return c.mode !== 'count' && a.count! > 0
  if (a.result === 'value') {
    const steps = (params(c).steps ?? []).filter((s): s is Step => typeof s === 'object')
    const full = steps.find((s) => s.pct === 100)
    if (!full || full.at === undefined) return false
    return params(c).better === 'lower' ? a.value! > full.at : a.value! < full.at
  }
  return false
}

export function toObservation(c: Criterion, a: Answer): ObservationNew {
  const o: ObservationNew = { criterion_id: c.id, result: a.result! }
  if (a.result === 'count') o.count = a.count
  if (a.result === 'value') o.value = a.value
  if (a.note.trim()) o.note = a.note.trim()
  if (a.observed_at) o.observed_at = a.observed_at
  if (a.photos.length) o.photos = a.photos
  if (a.problem && lost(c, a)) {
    const p = a.problem
    o.problem = { id: p.id, description: p.description.trim(), severity: p.severity, typical: p.typical, mended: p.mended }
    if (p.mended) o.problem.after_photos = p.after_photos
  }
  return o
}

/** "0 处 100%，1 处 66%，…" and the like. */
export function paramWords(t: Translate, c: Pick<Criterion, 'mode' | 'mode_params'>): string {
  const p = params(c)
  const sep = t('common.list_separator')
  if (c.mode === 'grade') {
    const steps = (p.steps ?? []).map(Number)
    return steps.map((pct, n) => t(n === steps.length - 1 ? 'grade_last' : 'grade_step', { n, pct })).join(sep)
  }
  if (c.mode === 'deduction') return t('inspect.per_case', { n: p.per_case ?? 0 })
  if (c.mode === 'threshold') {
    const steps = (p.steps ?? []).filter((s): s is Step => typeof s === 'object')
    return steps.map((s) => t(p.better === 'lower' ? 'threshold.at_most' : 'threshold.at_least', { at: s.at, unit: valueUnit(c), pct: s.pct })).join(sep)
  }
  return ''
}

/** An observation's finding in words. */
export function findingWords(t: Translate, o: Pick<Observation, 'result' | 'count' | 'value'>, c?: Pick<Criterion, 'mode_params'>): string {
  if (o.result === 'count') return `${t('inspect.cases')} ${o.count ?? 0}`
  if (o.result === 'value') return `${o.value ?? '—'}${c ? ` ${valueUnit(c)}` : ''}`
  return t(`result.${o.result}`)
}
