/** The one form of JSON both sides hash: sorted keys, no spaces, nothing escaped that need not be. */

export type Bytes = Uint8Array<ArrayBuffer>

export function canonical(said: unknown): string {
  if (Array.isArray(said)) return `[${said.map((one) => canonical(one ?? null)).join(',')}]`
  if (said !== null && typeof said === 'object') {
    const fields = Object.entries(said)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`).join(',')}}`
  }
  return JSON.stringify(said)
}

export function encode(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes
}

export async function sha256(data: Bytes | string): Promise<string> {
  const bytes = typeof data === 'string' ? encode(data) : data
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
