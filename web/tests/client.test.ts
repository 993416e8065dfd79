// The client: what it sends with a change, what a refusal becomes, what an ended session does.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api, apiUrl, configureApi, setCsrf } from '@/api/client'
import { ApiError, errorFromBody, errorsByPointer } from '@/api/error'
import { uuidv7 } from '@/api/ids'
import { sha256Hex } from '@/api/sha256'

const reply = (status: number, body: unknown, headers: Record<string, string> = {}) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers })
let asked: { url: string; init: RequestInit }[] = []
let answers: Response[] = []
const header = (i: number, name: string) => (asked[i]!.init.headers as Record<string, string>)[name]

beforeEach(() => {
  asked = []
  answers = []
  setCsrf('csrf-1')
  configureApi({ language: () => 'en', signInAgain: async () => false })
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    const next = answers.shift()
    if (!next) throw new TypeError('network')
    return next
  })
})

describe('requests', () => {
  it('carry CSRF value, language, version and an id for the command', async () => {
    answers = [reply(200, { id: 'x' })]
    await api.patch('/units/{id}', { path: { id: 'a/b' }, version: 7, body: { name: 'n' } })
    expect(asked[0]!.url).toBe('/api/v1/units/a%2Fb')
    expect(header(0, 'X-CSRF-Token')).toBe('csrf-1')
    expect(header(0, 'If-Match')).toBe('"7"')
    expect(header(0, 'Accept-Language')).toBe('en')
    expect(header(0, 'Idempotency-Key')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })
  it('leave out empty filters', () => {
    expect(apiUrl('/problems', undefined, { q: '', state: undefined, open: false, limit: 50 })).toBe('/api/v1/problems?open=false&limit=50')
    expect(() => apiUrl('/problems/{id}', {})).toThrow()
  })
  it('are repeated once after a new sign-in', async () => {
    configureApi({ language: () => 'zh-CN', signInAgain: async () => (setCsrf('csrf-2'), true) })
    answers = [reply(401, { code: 'unauthorized', title: 'x', status: 401 }), reply(201, { id: '1' })]
    await api.post('/problems', { body: { id: uuidv7(), description: 'd' } })
    expect(asked).toHaveLength(2)
    expect(header(1, 'X-CSRF-Token')).toBe('csrf-2')
    expect(asked[1]!.init.body).toBe(asked[0]!.init.body)
  })
  it('take the new CSRF value when another tab has signed in', async () => {
    answers = [reply(403, { code: 'csrf', title: 'x', status: 403 }), reply(200, { csrf: 'csrf-3' }), reply(204, null)]
    await api.delete('/session')
    expect(header(2, 'X-CSRF-Token')).toBe('csrf-3')
  })
})

describe('refusals', () => {
  it('keep code, sentence and fields by pointer', async () => {
    answers = [reply(422, { type: 'about:blank', title: 'Invalid', status: 422, code: 'invalid_content', detail: 'Why', errors: [{ pointer: '/observations/3/count', code: 'required', message: 'missing' }] })]
    const e = await api.post('/problems', { body: { id: uuidv7(), description: '' } }).catch((x: unknown) => x)
    expect(e).toBeInstanceOf(ApiError)
    expect((e as ApiError).code).toBe('invalid_content')
    expect((e as ApiError).sentence).toBe('Why')
    expect(errorsByPointer(e)).toEqual({ '/observations/3/count': 'missing' })
  })
  it('are told apart when they are no JSON or no answer at all', async () => {
    expect(errorFromBody(502, '<html>').code).toBe('http_502')
    expect(errorFromBody(503, '{"code":"busy","title":"t","status":503}', '2').retryAfterS).toBe(2)
    const e = await api.get('/overview').catch((x: unknown) => x)
    expect((e as ApiError).code).toBe('unreachable')
    expect((e as ApiError).status).toBe(0)
  })
  it('without rights end no session', async () => {
    answers = [reply(403, { code: 'not_allowed', title: 'x', status: 403 })]
    await expect(api.post('/duties/{id}/end', { path: { id: '1' }, body: { id: uuidv7() } })).rejects.toMatchObject({ code: 'not_allowed' })
    expect(asked).toHaveLength(1)
  })
})

describe('ids and digests', () => {
  it('are UUIDv7 in the order of time', () => {
    const a = uuidv7(1_700_000_000_000)
    const b = uuidv7(1_700_000_000_001)
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(a < b).toBe(true)
    expect(parseInt(a.replace(/-/g, '').slice(0, 12), 16)).toBe(1_700_000_000_000)
  })
  it('are the same with and without the browser’s own SHA-256', async () => {
    const bytes = new TextEncoder().encode('abc').buffer as ArrayBuffer
    const want = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(await sha256Hex(bytes)).toBe(want)
    const { subtle } = globalThis.crypto
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true })
    try {
      expect(await sha256Hex(bytes)).toBe(want)
    } finally {
      Object.defineProperty(globalThis.crypto, 'subtle', { value: subtle, configurable: true })
    }
  })
})
