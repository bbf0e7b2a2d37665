import 'fake-indexeddb/auto'

import { beforeEach, expect, it, vi } from 'vitest'

import { AT_REST } from '@/shared/offline/courier'
import { here, phone, readingClosed } from '@/worker/session'
import { ticking } from '@/worker/ticking'
import { phoneAt, Service, stubLocks } from './offline/service'

const DAY_MS = 86_400_000
beforeEach(stubLocks)

it('a phone that never finished its first sync shows nothing of households after two weeks either', async () => {
  const opened = await phoneAt(new Service())
  here.standing = { ...AT_REST }
  phone.value = opened
  const began = opened.clock.wall()
  const wall = vi.spyOn(opened.clock, 'wall')
  const after = (days: number): boolean => {
    wall.mockReturnValue(began + days * DAY_MS)
    ticking.value++
    return readingClosed.value
  }
  expect([after(0), after(13), after(15)]).toEqual([false, false, true])
  here.standing = { ...AT_REST, lastSync: began + 14 * DAY_MS }
  expect([after(15), after(29)]).toEqual([false, true])
  await opened.enrolled() // signed on again: the service has just said who holds it
  expect(after(30)).toBe(false)
  phone.value = null
})
