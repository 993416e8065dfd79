// Photographs: raw bytes known by their SHA-256, so the same picture sent twice is stored once.
import { API_BASE, apiUrl, csrfToken, send } from './client'
import { ApiError, errorFromBody } from './error'
import { sha256Hex } from './sha256'
import type { Photo } from './types'

export const PHOTO_MAX_BYTES = 32 * 1024 * 1024
export const PHOTO_ACCEPT = 'image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif'

export const photoUrl = (sha256: string, variant: 'thumb' | 'display' | 'original') =>
  `${API_BASE}/photos/${sha256}/${variant}`

/** PUT with progress; fetch tells nothing of what has been sent. */
function put(url: string, body: ArrayBuffer, language: string, progress: (share: number) => void): Promise<Photo> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    x.open('PUT', url)
    x.setRequestHeader('Content-Type', 'application/octet-stream')
    x.setRequestHeader('Accept', 'application/json, application/problem+json')
    x.setRequestHeader('Accept-Language', language)
    x.setRequestHeader('X-CSRF-Token', csrfToken())
    x.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total)
    x.onerror = () => reject(errorFromBody(0, ''))
    x.onload = () => {
      if (x.status !== 200 && x.status !== 201) return reject(errorFromBody(x.status, x.responseText, x.getResponseHeader('Retry-After')))
      try {
        resolve(JSON.parse(x.responseText) as Photo)
      } catch {
        reject(new ApiError({ status: x.status, code: 'not_json', title: '' }))
      }
    }
    x.send(body)
  })
}

export async function uploadPhoto(file: Blob, language: string, progress: (share: number) => void = () => {}): Promise<Photo> {
  if (file.size > PHOTO_MAX_BYTES) throw new ApiError({ status: 413, code: 'photo_too_large', title: '' })
  const bytes = await file.arrayBuffer()
  const sha256 = await sha256Hex(bytes)
  const url = apiUrl('/photos/{sha256}', { sha256 })
  try {
    return await put(url, bytes, language, progress)
  } catch (e) {
    if (!(e instanceof ApiError) || (e.status !== 401 && !e.code.includes('csrf'))) throw e
    // The session ended meanwhile: this asks for a new sign-in, after which the picture is sent again.
    await send({ method: 'get', url: apiUrl('/session') })
    return await put(url, bytes, language, progress)
  }
}
