// What a refused request becomes: RFC 9457 problem+json, or what went wrong on the way. Field errors are kept by JSON
// pointer into the body, so that a form can show each where it belongs.

export interface FieldError {
  pointer: string
  code: string
  message: string
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors: FieldError[]
  readonly retryAfterS: number | null

  constructor(init: { status: number; code: string; title: string; detail?: string; errors?: FieldError[]; retryAfterS?: number | null }) {
    super(init.title)
    this.name = 'ApiError'
    this.status = init.status
    this.code = init.code
    this.detail = init.detail ?? ''
    this.errors = init.errors ?? []
    this.retryAfterS = init.retryAfterS ?? null
  }

  /** The sentence for people: the detail when there is one, else the title. */
  get sentence(): string {
    return this.detail || this.message
  }

  /** Changed by someone else, or in a state that no longer allows it. */
  get stale(): boolean {
    return this.status === 409 || this.status === 412
  }
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null

function fieldErrors(v: unknown): FieldError[] {
  if (!Array.isArray(v)) return []
  return v.filter(isRecord).map((e) => ({
    pointer: String(e.pointer ?? ''),
    code: String(e.code ?? ''),
    message: String(e.message ?? ''),
  }))
}

/** Reads the body of a refused request; anything that is not problem+json still becomes an ApiError. */
export function errorFromBody(status: number, body: string, retryAfter: string | null = null): ApiError {
  const seconds = retryAfter === null ? NaN : Number(retryAfter)
  const retryAfterS = Number.isFinite(seconds) ? seconds : null
  try {
    const p: unknown = JSON.parse(body)
    if (isRecord(p) && typeof p.code === 'string')
      return new ApiError({
        status,
        code: p.code,
        title: String(p.title ?? p.code),
        detail: typeof p.detail === 'string' ? p.detail : '',
        errors: fieldErrors(p.errors),
        retryAfterS,
      })
  } catch {
    // Not JSON: a proxy or a cut connection answered.
  }
  return new ApiError({ status, code: status === 0 ? 'unreachable' : `http_${status}`, title: '', retryAfterS })
}

/** Field errors as a map from pointer to message; the first of each pointer. */
export function errorsByPointer(e: unknown): Record<string, string> {
  const map: Record<string, string> = {}
  if (e instanceof ApiError) for (const f of e.errors) if (!(f.pointer in map)) map[f.pointer] = f.message
  return map
}
