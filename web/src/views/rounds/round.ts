// What the pages of rounds share.
import type { RoundKind, RoundState } from '@/api/types'

export const ROUND_KINDS: RoundKind[] = ['weekly', 'monthly', 'dragnet', 'walk_through', 'self_check', 'cross_check', 'line', 'leader', 'joint', 'lookback', 'mock']
export const ROUND_STATES: RoundState[] = ['planned', 'drawn', 'running', 'closed', 'published', 'cancelled']
export const ROUND_TONE: Record<RoundState, string> = { planned: '', drawn: 'blue', running: 'yellow', closed: 'blue', published: 'green', cancelled: '' }
export const SITE_TONE = { todo: '', done: 'green', skipped: 'yellow' } as const
