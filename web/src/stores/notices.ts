// How many notices one has not read; asked now and then while the page is looked at.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '@/api/client'

const EVERY_MS = 60_000

export const useNotices = defineStore('notices', () => {
  const unread = ref(0)
  let timer = 0

  async function refresh(): Promise<void> {
    if (document.visibilityState !== 'visible') return
    try {
      unread.value = (await api.get('/notices', { query: { limit: 1, unread: true } })).unread
    } catch {
      // The next turn asks again; a page that fails says so itself.
    }
  }
  function start(): void {
    if (timer) return
    timer = window.setInterval(() => void refresh(), EVERY_MS)
    document.addEventListener('visibilitychange', refresh)
    void refresh()
  }
  function stop(): void {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', refresh)
    timer = 0
    unread.value = 0
  }
  return { unread, refresh, start, stop }
})
