/**
 * Keys of a phone's store. What is kept is sealed with a random data key (AES-256-GCM); the data key lies wrapped
 * under the PIN, and once more under the password of the last online login, so that a forgotten PIN loses nothing.
 */
import { canonical, encode, type Bytes } from './canonical'

const NONCE = 12
const ROUNDS = 210_000
const OUTBOX_INFO = encode('wangge/outbox')

/** The data key, wrapped under something a person knows. */
export interface Wrapped {
  salt: Bytes
  box: Bytes
}

export class WrongSecret extends Error {}

/** Seals and opens what the store keeps. */
export class Cipher {
  constructor(readonly key: CryptoKey) {}

  async sealBytes(plain: Bytes): Promise<Bytes> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.key, plain)
    return joined(nonce, new Uint8Array(sealed))
  }

  async openBytes(box: Bytes): Promise<Bytes> {
    const [iv, sealed] = [box.slice(0, NONCE), box.slice(NONCE)]
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, this.key, sealed))
  }

  async seal(said: unknown): Promise<Bytes> {
    return this.sealBytes(encode(JSON.stringify(said)))
  }

  async open<T>(box: Bytes): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.openBytes(box))) as T
  }
}

/** A random data key, as bytes that live only while they are being wrapped. */
export function freshDataKey(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32))
}

export async function cipherOf(raw: Bytes): Promise<Cipher> {
  return new Cipher(await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']))
}

/** Wrap the data key under a PIN or a password. */
export async function wrap(raw: Bytes, secret: string): Promise<Wrapped> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  return { salt, box: await new Cipher(await keyOf(secret, salt)).sealBytes(raw) }
}

/** The data key again; `WrongSecret` when the PIN or the password is another one. */
export async function unwrap(wrapped: Wrapped, secret: string): Promise<Bytes> {
  const cipher = new Cipher(await keyOf(secret, wrapped.salt))
  try {
    return await cipher.openBytes(wrapped.box)
  } catch {
    throw new WrongSecret()
  }
}

async function keyOf(secret: string, salt: Bytes): Promise<CryptoKey> {
  const said = await crypto.subtle.importKey('raw', encode(secret), 'PBKDF2', false, ['deriveKey'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS }
  return crypto.subtle.deriveKey(how, said, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** What is unsent, for the service's eyes only: ECDH on P-256, HKDF, AES-256-GCM (`app/sync/sealing.py`). */
export async function sealOutbox(outboxKey: string, envelope: unknown): Promise<Bytes> {
  const point = Uint8Array.from(atob(outboxKey), (one) => one.charCodeAt(0))
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const theirs = await crypto.subtle.importKey('raw', point, curve, false, [])
  const mine = await crypto.subtle.generateKey(curve, true, ['deriveBits'])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, mine.privateKey, 256)
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: OUTBOX_INFO }
  const key = await crypto.subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
  const sealing = { name: 'AES-GCM', iv: nonce, additionalData: OUTBOX_INFO }
  const sealed = await crypto.subtle.encrypt(sealing, key, encode(canonical(envelope)))
  const own = await crypto.subtle.exportKey('raw', mine.publicKey)
  return joined(new Uint8Array(own), nonce, new Uint8Array(sealed))
}

function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}
