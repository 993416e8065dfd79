// A keyset list as pages use it: load, load more, reload; an answer that a newer question has overtaken is dropped.
import { ref, shallowRef } from 'vue'
import type { Page } from './types'

const EMPTY_MAX = 10

export function useList<T>(fetchPage: (cursor: string | undefined) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  let turn = 0

  async function run(cursor: string | undefined): Promise<void> {
    const mine = ++turn
    loading.value = true
    error.value = null
    try {
      let page = await fetchPage(cursor)
      // A search looks only so far for one page: an empty one may still say where to go on.
      for (let i = 0; i < EMPTY_MAX && page.items.length === 0 && page.next && mine === turn; i++) page = await fetchPage(page.next)
      if (mine !== turn) return
      items.value = cursor === undefined ? page.items : items.value.concat(page.items)
      next.value = page.next
      loaded.value = true
    } catch (e) {
      if (mine === turn) error.value = e
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  const reload = () => run(undefined)
  const more = async () => {
    if (next.value && !loading.value) await run(next.value)
  }
  return { items, next, loading, loaded, error, reload, more }
}

/** All pages of a list that is known to be short (areas, units). */
export async function fetchAll<T>(fetchPage: (cursor: string | undefined) => Promise<Page<T>>, maxPages = 20): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  for (let i = 0; i < maxPages; i++) {
    const page = await fetchPage(cursor)
    all.push(...page.items)
    if (!page.next) break
    cursor = page.next
  }
  return all
}
