// Short lists every page names things with: the standard in force with its categories, areas, units. Loaded once.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { fetchAll } from '@/api/list'
import type { Area, AreaLevel, Criterion, Page, Standard, StandardVersionFull, Unit } from '@/api/types'
import { pickText } from '@/i18n'

const LEVELS: AreaLevel[] = ['district', 'town', 'village']

export const useCatalog = defineStore('catalog', () => {
  const standards = shallowRef<Standard[]>([])
  const version = shallowRef<StandardVersionFull | null>(null)
  const areas = shallowRef<Area[]>([])
  const units = shallowRef<Unit[]>([])
  const loads: Record<string, Promise<void> | undefined> = {}
  const generation = ref(0)

  /** One request however many ask; a failure may be tried again. */
  function once(key: string, load: () => Promise<void>): Promise<void> {
    loads[key] ??= load().catch((e: unknown) => {
      loads[key] = undefined
      throw e
    })
    return loads[key]!
  }

  const loadStandard = () =>
    once('standard', async () => {
      standards.value = (await api.get('/standards')).items
      const published = standards.value.flatMap((s) => s.versions).filter((v) => v.state === 'published')
      published.sort((a, b) => (b.published_at ?? '').localeCompare(a.published_at ?? ''))
      const newest = published[0]
      if (newest) version.value = await api.get('/standard-versions/{id}', { path: { id: newest.id } })
    })

  const loadAreas = () =>
    once('areas', async () => {
      const perLevel = await Promise.all(
        LEVELS.map((level) => fetchAll<Area>((cursor) => api.get('/areas', { query: { level, limit: 200, cursor } }) as Promise<Page<Area>>, 50)),
      )
      areas.value = perLevel.flat()
    })

  const loadUnits = () =>
    once('units', async () => {
      units.value = await fetchAll<Unit>((cursor) => api.get('/units', { query: { limit: 200, cursor } }) as Promise<Page<Unit>>, 50)
    })

  /** A criterion by id: in the version in force, else in the others, newest first. */
  async function findCriterion(id: string, category: string): Promise<Criterion | undefined> {
    await loadStandard()
    const ids = standards.value.flatMap((s) => s.versions).map((v) => v.id)
    const inForce = version.value?.id
    for (const v of [...ids.filter((x) => x === inForce), ...ids.filter((x) => x !== inForce)]) {
      const found = (await api.get('/standard-versions/{id}/criteria', { path: { id: v }, query: { category } })).items.find((c) => c.id === id)
      if (found) return found
    }
    return undefined
  }

  function forget() {
    for (const key of Object.keys(loads)) loads[key] = undefined
    standards.value = []
    version.value = null
    areas.value = []
    units.value = []
    generation.value++
  }
  const forgetUnits = () => (loads.units = undefined)

  const categories = computed(() => version.value?.categories ?? [])
  const categoryName = (code: string | null | undefined) => {
    const c = categories.value.find((x) => x.code === code)
    return c ? pickText(c.name_zh, c.name_en) : (code ?? '')
  }
  const areaByCode = computed(() => new Map(areas.value.map((a) => [a.code, a])))
  const areaById = computed(() => new Map(areas.value.map((a) => [a.id, a])))
  const areaName = (code: string | null | undefined) => (code && areaByCode.value.get(code)?.name) || code || ''
  /** "Town / village", without the district everyone is in. */
  const areaPath = (area: Area): string => {
    const parent = area.parent_id ? areaById.value.get(area.parent_id) : undefined
    return parent && parent.level !== 'district' ? `${areaPath(parent)} / ${area.name}` : area.name
  }
  return { standards, version, areas, units, categories, loadStandard, loadAreas, loadUnits, findCriterion, forget, forgetUnits, categoryName, areaName, areaPath, areaByCode, areaById }
})
