// Words built from values: limits, due times, rates. Pure: `t` is handed in, so the same functions serve every shell.
import type { Area, GroupBy, Light, Limit, Rate } from '@/api/types'
import { span } from './time'

export type Translate = (key: string, named?: Record<string, unknown>) => string

/** "2 个工作日", "4 hours (round the clock)". */
export const limitWords = (t: Translate, limit: Limit) => t(`limit_kind_n.${limit.kind}`, { n: limit.amount })

/** Relative to the due time: "还有 1 天 3 小时" or "已超期 5 小时"; '' without one. */
export function dueWords(t: Translate, dueAt: string | null | undefined, nowMs: number): string {
  if (!dueAt) return ''
  const left = Date.parse(dueAt) - nowMs
  const s = span(left)
  return t(left >= 0 ? 'due.left' : 'due.over', { span: t(`span.${s.unit}`, { ...s }) })
}

/** Shape beside colour: what the light means must survive a black-and-white print. */
export const LIGHT_SHAPES: Record<Light, string> = { none: '○', green: '●', yellow: '▲', red: '■' }

export const percentText = (percent: number | null | undefined) =>
  percent === null || percent === undefined ? '—' : `${percent.toFixed(1)}%`

const trim = (n: number) => String(Math.round(n * 100) / 100)

export const fractionText = (rate: Pick<Rate, 'earned' | 'possible'>) => `${trim(rate.earned)} / ${trim(rate.possible)}`

/** The part of an area's code that all areas below share. */
export function areaPrefix(area: Pick<Area, 'code' | 'level'>): string {
  const length = { district: 6, town: 9, village: 12, grid: area.code.length }[area.level]
  return area.code.slice(0, length)
}

/** A group's key in /scores as the filter that opens it. */
export function scoreFilter(group: GroupBy, key: string): Record<string, string> {
  switch (group) {
    case 'district':
      return { area_code: key.slice(0, 6) }
    case 'town':
      return { area_code: key.slice(0, 9) }
    case 'category':
      return { category: key }
    case 'unit':
      return { unit_id: key }
    case 'site':
      return { site_id: key }
  }
}
