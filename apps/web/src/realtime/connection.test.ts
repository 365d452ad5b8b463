import { describe, expect, it } from 'vitest'
import { backoff } from './backoff'
import { connectionOf, type Reads, shouldPoll } from './connection'
import { readFrame, readPosition, writePosition } from './messages'
import type { StreamState } from './stream'

const state = (over: Partial<StreamState>): StreamState => ({
  ...{ phase: 'live', failures: 0, lastDataAt: 5000, lostAt: null, build: null },
  ...over,
})
const READ: Reads = { at: 1000, failed: false }
const LOST = { phase: 'reconnecting', lostAt: 6000 } as const

describe('what is said about the connection', () => {
  it('live has no banner', () => {
    expect(connectionOf(state({}), READ, 99_000)).toEqual({ word: 'live', banner: false, asOf: 5000 })
  })

  it('a short loss is a word, from two seconds on it is a banner', () => {
    expect(connectionOf(state(LOST), READ, 7999)).toMatchObject({ word: 'reconnecting', banner: false })
    expect(connectionOf(state(LOST), READ, 8000)).toMatchObject({ word: 'reconnecting', banner: true, asOf: 5000 })
  })

  it('the banner dates the list by the newest of socket and read', () => {
    expect(connectionOf(state(LOST), { at: 9000, failed: false }, 10_000).asOf).toBe(9000)
    expect(connectionOf(state({ ...LOST, lastDataAt: null }), { at: 0, failed: true }, 10_000).asOf).toBeNull()
  })

  it('polling is said only while reading works', () => {
    const long = state({ ...LOST, failures: 3 })
    expect(shouldPoll(long)).toBe(true)
    expect(shouldPoll(state({ ...LOST, failures: 2 }))).toBe(false)
    expect(connectionOf(long, { at: 20_000, failed: false }, 21_000).word).toBe('polling')
    expect(connectionOf(long, { at: 20_000, failed: true }, 21_000).word).toBe('reconnecting')
    expect(connectionOf(long, READ, 21_000).word).toBe('reconnecting')
  })

  it('being sent away is said at once', () => {
    expect(connectionOf(state({ phase: 'signed-out', lostAt: 6000 }), READ, 6001).banner).toBe(true)
  })
})

it('a wait is random below a ceiling that doubles up to thirty seconds', () => {
  expect([0, 1, 2, 10].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30_000])
  expect(backoff(3, 0)).toBe(0)
})

it('a position is read and written, and nonsense is none', () => {
  expect(readPosition('a:b:12')).toEqual({ epoch: 'a:b', seq: 12 })
  expect(writePosition({ epoch: 'e1', seq: 3 })).toBe('e1:3')
  expect(['', 'e1', 'e1:x', ':7'].map(readPosition)).toEqual([null, null, null, null])
})

it.each([[new Blob()], ['{"type":1}'], ['null'], ['[]'], ['{']])('%s is no frame', (message) => {
  expect(readFrame(message)).toBeNull()
})
