// Who is signed in, what they may do at all, and the headquarters they belong to.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api, configureApi, setCsrf } from '@/api/client'
import { ApiError } from '@/api/error'
import type { Headquarters, Me } from '@/api/types'
import { languageTag } from '@/i18n'

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me | null>(null)
  const headquarters = shallowRef<Headquarters | null>(null)
  /** The session ended while a page was open: the shell asks to sign in over it. */
  const expired = ref(false)
  let started: Promise<void> | null = null
  let waiting: Promise<boolean> | null = null
  let release: (ok: boolean) => void = () => {}

  const signedIn = computed(() => me.value !== null)
  const zoneMin = computed(() => headquarters.value?.zone_min ?? 480)
  const mustChange = computed(() => me.value?.must_change_password ?? false)
  const may = (action: string) => me.value?.actions.includes(action) ?? false

  async function accept(session: { csrf: string; me: Me }) {
    setCsrf(session.csrf)
    me.value = session.me
    if (!session.me.must_change_password) await loadHeadquarters()
  }

  async function loadHeadquarters() {
    try {
      headquarters.value = await api.get('/headquarters')
    } catch {
      // The pages work without it: the zone falls back to the default.
    }
  }

  /** Once per page load: is there a session already? */
  function start(): Promise<void> {
    started ??= api
      .get('/session', { noSession: true })
      .then(accept)
      .catch((e: unknown) => {
        if (e instanceof ApiError && e.status === 401) return
        started = null
        throw e
      })
    return started
  }

  async function signIn(login: string, password: string) {
    const before = me.value?.person_id
    const session = await api.post('/session', { body: { login, password }, noSession: true })
    if (expired.value && before && before !== session.me.person_id) {
      // Another person: nothing of the first one's page may stay.
      location.replace(location.pathname)
      return
    }
    await accept(session)
    expired.value = false
    waiting = null
    release(true)
  }

  async function refresh() {
    await accept(await api.get('/session'))
  }

  function forget() {
    setCsrf('')
    me.value = null
    headquarters.value = null
    expired.value = false
    waiting = null
    release(false)
  }

  async function signOut() {
    try {
      await api.delete('/session', { noSession: true })
    } finally {
      forget()
    }
  }

  /** One dialog for all requests that met the ended session; each goes on after it. */
  function signInAgain(): Promise<boolean> {
    if (!me.value) return Promise.resolve(false)
    expired.value = true
    waiting ??= new Promise<boolean>((resolve) => (release = resolve))
    return waiting
  }

  configureApi({ language: languageTag, signInAgain })
  return { me, headquarters, expired, signedIn, zoneMin, mustChange, may, start, signIn, signOut, refresh, forget }
})
