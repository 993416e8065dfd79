// SHA-256 of a file: the browser's own where it is offered (a secure context), else a small library, since a trial on
// a local network runs over plain http.

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (x) => x.toString(16).padStart(2, '0')).join('')

export async function sha256Hex(data: ArrayBuffer): Promise<string> {
  if (globalThis.crypto?.subtle) return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', data)))
  const { sha256 } = await import('@noble/hashes/sha2.js')
  return hexOf(sha256(new Uint8Array(data)))
}
