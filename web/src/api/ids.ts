// UUIDv7: 48 bits of milliseconds, then random; made by whoever creates the record, so a repeated send is one record.

export function uuidv7(nowMs: number = Date.now()): string {
  const b = new Uint8Array(16)
  crypto.getRandomValues(b)
  let t = nowMs
  for (let i = 5; i >= 0; i--) {
    b[i] = t % 256
    t = Math.floor(t / 256)
  }
  b[6] = 0x70 | (b[6]! & 0x0f)
  b[8] = 0x80 | (b[8]! & 0x3f)
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
