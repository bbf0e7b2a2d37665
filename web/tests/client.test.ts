// An answer that is lost: what is said of it is true, and sending again is the same request.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NO_ANSWER, Refused, send } from '@/shared/api/client'

const asked: (string | undefined)[] = []
function service(...answers: ('lost' | 'done')[]): void {
  asked.length = 0
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    asked.push((init.headers as Record<string, string>)['Idempotency-Key'])
    return answers.shift() === 'lost' ? Promise.reject(new TypeError('lost')) : Promise.resolve(Response.json({}))
  })
}
const refusedBy = (call: Promise<unknown>) => call.then(() => null, (error: Refused) => error)
const sign = () => send('POST', '/api/v1/orders/1/steps/sign', {})
afterEach(() => vi.unstubAllGlobals())

describe('a change whose answer is lost', () => {
  it('is said to have perhaps arrived; a question is not', async () => {
    service('lost', 'lost', 'done')
    const change = await refusedBy(sign())
    expect(change).toMatchObject({ status: 0, code: NO_ANSWER })
    expect(change!.zh).toContain('可能已经送达')
    expect(change!.en).toContain('may have arrived')
    expect((await refusedBy(send('GET', '/api/v1/orders')))!.zh).not.toContain('送达')
    await sign()
  })
  it('is sent again under the same key, and anew once it was answered', async () => {
    service('lost', 'done', 'done', 'done')
    await refusedBy(sign())
    await sign()
    await sign()
    await send('POST', '/api/v1/orders/2/steps/sign', {})
    expect(asked[0]).toBeTruthy()
    expect(asked[1]).toBe(asked[0])
    expect(new Set(asked).size).toBe(3)
  })
  it('is a new request after another act on the same thing was answered', async () => {
    service('lost', 'done', 'done')
    await refusedBy(sign())
    await send('POST', '/api/v1/orders/1/steps/unsign', {})
    await sign()
    expect(asked[2]).not.toBe(asked[0])
  })
})
