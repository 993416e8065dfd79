// Drafts of inspections in localStorage, saved while one works, so a reload or a dead battery loses nothing. Photographs
// are on the server already; a draft names them by SHA-256. Each draft belongs to one person.
import type { InspectionKind } from '@/api/types'
import type { Answer } from '@/lib/judging'

export interface Draft {
  id: string
  person_id: string
  site_id: string
  site_name: string
  kind: InspectionKind
  visit_at: string
  version_id?: string
  record_only: boolean
  place?: { lon: number; lat: number }
  note: string
  corrects_id?: string
  round_id?: string
  answers: Record<string, Answer>
  saved_ms: number
}

const PREFIX = 'xiaohao.draft.'

export function loadDraft(id: string): Draft | null {
  try {
    const text = localStorage.getItem(PREFIX + id)
    const d: unknown = text ? JSON.parse(text) : null
    return typeof d === 'object' && d !== null && 'answers' in d ? (d as Draft) : null
  } catch {
    return null
  }
}

/** Answers false when the browser's store refuses. */
export function saveDraft(d: Draft): boolean {
  try {
    localStorage.setItem(PREFIX + d.id, JSON.stringify({ ...d, saved_ms: Date.now() }))
    return true
  } catch {
    return false
  }
}

export function removeDraft(id: string): void {
  try {
    localStorage.removeItem(PREFIX + id)
  } catch {
    // Nothing was kept, then.
  }
}

export function listDrafts(personId: string): Draft[] {
  const drafts: Draft[] = []
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i)
      if (!key?.startsWith(PREFIX)) continue
      const d = loadDraft(key.slice(PREFIX.length))
      if (d && d.person_id === personId) drafts.push(d)
    }
  } catch {
    // No store, no drafts.
  }
  return drafts.sort((a, b) => b.saved_ms - a.saved_ms)
}
