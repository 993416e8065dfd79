// Times for people, always in the headquarters' zone (an offset in minutes), never in the device's.

const two = (n: number) => String(n).padStart(2, '0')

export interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

export function partsIn(iso: string, zoneMin: number): Parts | null {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return null
  const d = new Date(ms + zoneMin * 60_000)
  return { year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes() }
}

export function dateText(iso: string | null | undefined, zoneMin: number): string {
  const p = iso ? partsIn(iso, zoneMin) : null
  return p ? `${p.year}-${two(p.month)}-${two(p.day)}` : '—'
}

export function timeText(iso: string | null | undefined, zoneMin: number): string {
  const p = iso ? partsIn(iso, zoneMin) : null
  return p ? `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}` : '—'
}

const offsetText = (zoneMin: number) => {
  const a = Math.abs(zoneMin)
  return `${zoneMin < 0 ? '-' : '+'}${two(Math.floor(a / 60))}:${two(a % 60)}`
}

/** RFC 3339 with the headquarters' offset, as the server writes it. */
export function rfc3339(ms: number, zoneMin: number): string {
  const d = new Date(ms + zoneMin * 60_000)
  return d.toISOString().slice(0, 19) + offsetText(zoneMin)
}

/** "2026-11-21 09:30" as typed in the headquarters' zone. */
export function fromLocalText(text: string, zoneMin: number): string {
  return text.replace(' ', 'T') + (text.length === 16 ? ':00' : '') + offsetText(zoneMin)
}

/** The day before or after a YYYY-MM-DD date. */
export function addDays(date: string, days: number): string {
  const d = new Date(`${date}T00:00:00Z`)
  d.setUTCDate(d.getUTCDate() + days)
  return d.toISOString().slice(0, 10)
}

export const today = (zoneMin: number, nowMs: number = Date.now()) => rfc3339(nowMs, zoneMin).slice(0, 10)

export interface Span {
  /** Which sentence: minutes, hours, days with hours, or days alone. */
  unit: 'minutes' | 'hours' | 'days_hours' | 'days'
  days: number
  hours: number
  minutes: number
}

/** A length of time in the units a person would say. */
export function span(ms: number): Span {
  const minutes = Math.max(0, Math.floor(Math.abs(ms) / 60_000))
  if (minutes < 60) return { unit: 'minutes', days: 0, hours: 0, minutes: Math.max(1, minutes) }
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return { unit: 'hours', days: 0, hours, minutes: 0 }
  const days = Math.floor(hours / 24)
  const rest = hours % 24
  return days < 7 && rest > 0 ? { unit: 'days_hours', days, hours: rest, minutes: 0 } : { unit: 'days', days, hours: 0, minutes: 0 }
}
