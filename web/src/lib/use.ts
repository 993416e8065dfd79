// Small helpers pages share: times in the headquarters' zone, the ticking now, phone width, sentences for errors.
import { ElMessage } from 'element-plus'
import 'element-plus/theme-chalk/el-message.css'
import { onBeforeUnmount, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/error'
import { i18n } from '@/i18n'
import { useSession } from '@/stores/session'
import { dateText, timeText } from './time'

export function useFormat() {
  const session = useSession()
  const { t, te } = useI18n()
  const time = (iso: string | null | undefined) => timeText(iso, session.zoneMin)
  const date = (iso: string | null | undefined) => dateText(iso, session.zoneMin)
  /** A word of a closed list; a value newer than this page is shown as it is. */
  const word = (group: string, value: string | null | undefined) => {
    if (!value) return ''
    const key = `${group}.${value}`
    return te(key) || te(key, 'zh') ? t(key) : t('common.unknown', { value })
  }
  return { t, time, date, word }
}

/** The present, moving on every half minute, so that "left" and "late" stay true on an open page. */
export function useNow() {
  const now = ref(Date.now())
  const timer = window.setInterval(() => (now.value = Date.now()), 30_000)
  onBeforeUnmount(() => window.clearInterval(timer))
  return now
}

export function useNarrow() {
  const query = window.matchMedia('(max-width: 760px)')
  const narrow = ref(query.matches)
  const follow = (e: MediaQueryListEvent) => (narrow.value = e.matches)
  query.addEventListener('change', follow)
  onBeforeUnmount(() => query.removeEventListener('change', follow))
  return narrow
}

/** What went wrong, as a sentence that says what to do. */
export function errorSentence(e: unknown): string {
  const t = i18n.global.t
  if (!(e instanceof ApiError)) return t('error.load')
  if (e.sentence) return e.sentence
  const byStatus: Record<number, string> = { 0: 'unreachable', 403: 'forbidden', 404: 'not_found', 409: 'stale', 412: 'stale', 413: 'too_large', 415: 'media_type', 429: 'limited', 503: 'busy' }
  const key = byStatus[e.status]
  return key ? t(`error.${key}`) : t('error.server', { status: e.status })
}

export const tellDone = (message: string) => void ElMessage({ type: 'success', message, grouping: true })

/** For refusals that belong to no field; those with fields are shown at the fields. */
export function tellError(e: unknown): void {
  const extra = e instanceof ApiError && e.errors.length ? ` ${i18n.global.t('error.other_faults')}${e.errors.map((x) => x.message).join(' ')}` : ''
  ElMessage({ type: 'error', message: errorSentence(e) + extra, duration: 6000, showClose: true, grouping: true })
}
