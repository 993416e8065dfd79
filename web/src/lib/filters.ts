// Filters of a list live in the address bar, so a list is a link: read from the query, written back on change.
import { reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useFilters<K extends string>(keys: readonly K[], defaults: Partial<Record<K, string>>, onChange: () => unknown) {
  const route = useRoute()
  const router = useRouter()
  type Values = Record<K, string | undefined>
  const own = route.name
  const values = reactive({}) as Values
  const read = () => {
    for (const k of keys) {
      const v = route.query[k]
      values[k] = typeof v === 'string' && v !== '' ? v : undefined
    }
    if (keys.every((k) => values[k] === undefined) && !('all' in route.query)) for (const k of keys) values[k] = defaults[k]
  }
  read()
  let written = JSON.stringify(route.query)

  function apply() {
    const query: Record<string, string> = {}
    for (const k of keys) if (values[k]) query[k] = values[k] as string
    if (!Object.keys(query).length && Object.keys(defaults).length) query.all = '1'
    written = JSON.stringify(query)
    void router.replace({ query })
    void onChange()
  }
  function reset() {
    for (const k of keys) values[k] = undefined
    apply()
  }
  watch(
    () => route.query,
    (q) => {
      if (route.name !== own || JSON.stringify(q) === written) return
      written = JSON.stringify(q)
      read()
      void onChange()
    },
  )
  return { values, apply, reset }
}
