// Language and appearance, remembered in this browser.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { currentLocale, setLocale, type Locale } from '@/i18n'

export type Theme = 'auto' | 'light' | 'dark'
const KEY = 'xiaohao.theme'

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    if (kept === 'light' || kept === 'dark') return kept
  } catch {
    // Storage may be switched off.
  }
  return 'auto'
}

export const usePrefs = defineStore('prefs', () => {
  const theme = ref<Theme>(remembered())
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const systemDark = ref(system.matches)
  const dark = computed(() => theme.value === 'dark' || (theme.value === 'auto' && systemDark.value))

  const apply = () => {
    document.documentElement.classList.toggle('dark', dark.value)
    document.documentElement.style.colorScheme = dark.value ? 'dark' : 'light'
  }
  function setTheme(next: Theme) {
    theme.value = next
    try {
      if (next === 'auto') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, next)
    } catch {
      // Not remembered, then.
    }
    apply()
  }
  system.addEventListener('change', (e) => {
    systemDark.value = e.matches
    apply()
  })
  apply()

  const locale = computed<Locale>(() => currentLocale())
  const toggleLocale = () => setLocale(locale.value === 'zh' ? 'en' : 'zh')
  return { theme, dark, setTheme, locale, toggleLocale }
})
