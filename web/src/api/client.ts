// The one way to the server: typed by openapi.yaml, with the CSRF value, the language, If-Match and ids in place.
// It knows no store and no page: the shell hands in what it needs through `configureApi`.
import { ApiError, errorFromBody } from './error'
import { uuidv7 } from './ids'
import type { paths } from './schema'

export const API_BASE = '/api/v1'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathFor<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never
}[keyof paths]
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never
type Json<R> = R extends { content: { 'application/json': infer J } } ? J : undefined
type Good<O> = O extends { responses: infer R } ? Json<R[Extract<keyof R, 200 | 201 | 204>]> : never
type QueryOf<P extends keyof paths, M extends Method> = Operation<P, M> extends { parameters: { query?: infer Q } } ? Q : never
type BodyOf<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined

export interface Options<P extends keyof paths, M extends Method> {
  path?: Record<string, string>
  query?: QueryOf<P, M>
  body?: BodyOf<P, M>
  /** The version that was read; sent as If-Match. */
  version?: number
  signal?: AbortSignal
  /** Sign-in itself: a 401 is its answer, not an ended session. */
  noSession?: boolean
}

export interface ApiHooks {
  language: () => string
  /** The session ended: answers true when someone has signed in again and the request may be repeated. */
  signInAgain: () => Promise<boolean>
}

let hooks: ApiHooks = { language: () => 'zh-CN', signInAgain: async () => false }
let csrf = ''

export function configureApi(h: ApiHooks): void {
  hooks = h
}

export function setCsrf(value: string): void {
  csrf = value
}

export function csrfToken(): string {
  return csrf
}

export function apiUrl(path: string, params?: Record<string, string>, query?: object): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params?.[name]
    if (value === undefined || value === '') throw new Error(`path parameter ${name} is missing in ${path}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== '') search.append(key, String(value))
  const text = search.toString()
  return API_BASE + filled + (text ? `?${text}` : '')
}

interface Raw {
  method: Method
  url: string
  body?: BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal
  noSession?: boolean
}

async function fetchOnce(r: Raw): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': hooks.language(),
    ...r.headers,
  }
  if (r.method !== 'get' && csrf) headers['X-CSRF-Token'] = csrf
  try {
    return await fetch(r.url, {
      method: r.method.toUpperCase(),
      headers,
      body: r.body,
      signal: r.signal,
      credentials: 'same-origin',
    })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw errorFromBody(0, '')
  }
}

/** Someone signed in again in another tab: this tab's CSRF value is of the old session. */
async function refreshCsrf(): Promise<boolean> {
  const res = await fetchOnce({ method: 'get', url: apiUrl('/session') })
  if (!res.ok) return false
  const body = (await res.json()) as { csrf?: string }
  if (!body.csrf || body.csrf === csrf) return false
  csrf = body.csrf
  return true
}

export async function send(r: Raw): Promise<Response> {
  let res = await fetchOnce(r)
  if (res.ok || r.noSession) return await orThrow(res)
  if (res.status === 401 && (await hooks.signInAgain())) res = await fetchOnce(r)
  else if (res.status === 403 && r.method !== 'get') {
    const body = await res.text()
    const error = errorFromBody(res.status, body)
    if (!error.code.includes('csrf') || !(await refreshCsrf())) throw error
    res = await fetchOnce(r)
  }
  return await orThrow(res)
}

async function orThrow(res: Response): Promise<Response> {
  if (res.ok) return res
  throw errorFromBody(res.status, await res.text(), res.headers.get('Retry-After'))
}

async function call<M extends Method, P extends PathFor<M>>(method: M, path: P, o: Options<P, M> = {}): Promise<Good<Operation<P, M>>> {
  const headers: Record<string, string> = {}
  if (o.body !== undefined) headers['Content-Type'] = 'application/json'
  if (o.version !== undefined) headers['If-Match'] = `"${o.version}"`
  if (method === 'patch' || method === 'put') headers['Idempotency-Key'] = uuidv7()
  const res = await send({
    method,
    url: apiUrl(path as string, o.path, o.query as object | undefined),
    body: o.body === undefined ? undefined : JSON.stringify(o.body),
    headers,
    signal: o.signal,
    noSession: o.noSession,
  })
  if (res.status === 204) return undefined as Good<Operation<P, M>>
  const text = await res.text()
  try {
    return (text ? JSON.parse(text) : undefined) as Good<Operation<P, M>>
  } catch {
    throw new ApiError({ status: res.status, code: 'not_json', title: '' })
  }
}

export const api = {
  get: <P extends PathFor<'get'>>(path: P, o?: Options<P, 'get'>) => call('get', path, o),
  post: <P extends PathFor<'post'>>(path: P, o?: Options<P, 'post'>) => call('post', path, o),
  put: <P extends PathFor<'put'>>(path: P, o?: Options<P, 'put'>) => call('put', path, o),
  patch: <P extends PathFor<'patch'>>(path: P, o?: Options<P, 'patch'>) => call('patch', path, o),
  delete: <P extends PathFor<'delete'>>(path: P, o?: Options<P, 'delete'>) => call('delete', path, o),
}
