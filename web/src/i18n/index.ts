// One i18n for every shell: Chinese first, English by a switch, remembered in this browser.
import { createI18n } from 'vue-i18n'
import en from './en'
import zh from './zh'

export type Locale = 'zh' | 'en'

const KEY = 'xiaohao.locale'

export function rememberedLocale(): Locale {
  try {
    const kept = localStorage.getItem(KEY)
    if (kept === 'zh' || kept === 'en') return kept
  } catch {
    // Storage may be switched off; Chinese is the default.
  }
  return 'zh'
}

export const i18n = createI18n({ legacy: false, locale: rememberedLocale(), fallbackLocale: 'zh', messages: { zh, en }, missingWarn: false, fallbackWarn: false })

export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale
}

export const languageTag = () => (currentLocale() === 'zh' ? 'zh-CN' : 'en')

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale
  document.documentElement.lang = languageTag()
  try {
    localStorage.setItem(KEY, locale)
  } catch {
    // Not remembered, then.
  }
}

/** The text in the page's language of a record that carries both. */
export function pickText(zhText: string | null | undefined, enText: string | null | undefined): string {
  return (currentLocale() === 'zh' ? zhText || enText : enText || zhText) ?? ''
}
