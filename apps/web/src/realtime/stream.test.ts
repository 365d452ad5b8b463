import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { StreamEvent } from '../api/types'
import { anAlert } from '../mocks/alerts'
import { fakePorts } from '../test/ports'
import { AlertStream } from './stream'

const event = (seq: number, type: StreamEvent['type'] = 'alert:created'): StreamEvent => ({
  seq,
  type,
  at: '2026-11-22T10:00:00Z',
  data: anAlert({ id: `a${seq}`, seq }),
})

function setUp() {
  vi.useFakeTimers({ now: 1_000_000 })
  const world = fakePorts()
  const stream = new AlertStream(world.ports)
  const created: string[] = []
  const updated: string[] = []
  const resyncs: boolean[] = []
  const stopCreated = stream.subscribe('alert:created', (row) => created.push(row.id))
  stream.subscribe('alert:updated', (row, { seq }) => updated.push(`${row.id}/${seq}`))
  stream.onResync((anew) => resyncs.push(anew))
  const events = (...all: StreamEvent[]) => world.last().says({ v: 1, type: 'events', events: all })
  return { ...world, stream, created, updated, resyncs, stopCreated, events, phase: () => stream.state().phase }
}
type World = ReturnType<typeof setUp>

let world: World
beforeEach(() => {
  world = setUp()
})

function goLive() {
  world.stream.start('e1:10')
  world.last().hello()
}

describe('opening', () => {
  it('begins at the position of the page, and is live after hello', () => {
    expect(world.phase()).toBe('idle')
    world.stream.start('e1:10')
    expect(world.last().since).toBe('e1:10')
    expect(world.phase()).toBe('connecting')
    world.last().hello({ build: 'build-2' })
    expect(world.stream.state()).toMatchObject({ phase: 'live', build: 'build-2', lostAt: null, failures: 0 })
  })

  it('is opened once, however often it is started', () => {
    world.stream.start('e1:10')
    world.stream.start('e1:99')
    expect(world.sockets).toHaveLength(1)
  })

  it('without a position it begins now, and goes on from there', () => {
    world.stream.start('')
    expect(world.last().since).toBeNull()
    world.last().hello({ seq: 77 })
    world.last().drops()
    world.pass(60_000)
    expect(world.last().since).toBe('e1:77')
  })
})

describe('events', () => {
  it('are unpacked from their batch, by type', () => {
    goLive()
    world.events(event(11), event(12, 'alert:updated'), event(13))
    expect(world.created).toEqual(['a11', 'a13'])
    expect(world.updated).toEqual(['a12/12'])
  })

  it('no longer reach who unsubscribed', () => {
    goLive()
    world.stopCreated()
    world.events(event(11))
    expect(world.created).toEqual([])
  })

  it('move the position that a new connection begins at, and only forward', () => {
    goLive()
    world.events(event(12), event(11))
    world.last().drops()
    world.pass(60_000)
    expect(world.last().since).toBe('e1:12')
  })

  it('a ping is answered, and what is not understood is passed over', () => {
    goLive()
    world.last().says({ v: 1, type: 'ping' })
    world.last().says('{"type":"something-new"}')
    world.last().says('not json')
    expect(world.last().sent).toEqual(['{"type":"pong"}'])
    expect(world.phase()).toBe('live')
  })
})

describe('losing the connection', () => {
  it('says so at once and comes back after a random wait under a growing ceiling', () => {
    goLive()
    world.last().drops()
    expect(world.stream.state()).toMatchObject({ phase: 'reconnecting', failures: 0, lostAt: 1_000_000 })
    world.pass(500)
    expect(world.sockets).toHaveLength(2)
    for (const ceiling of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      world.last().drops()
      const before = world.sockets.length
      world.pass(ceiling - 1)
      expect(world.sockets).toHaveLength(before)
      world.pass(1)
      expect(world.sockets).toHaveLength(before + 1)
    }
    expect(world.stream.state().failures).toBe(7)
    world.last().hello()
    expect(world.stream.state()).toMatchObject({ phase: 'live', failures: 0 })
  })

  it('tells when the last frame came', () => {
    goLive()
    world.pass(2000)
    world.last().says({ v: 1, type: 'ping' })
    world.pass(300)
    world.last().drops()
    expect(world.stream.state()).toMatchObject({ lastDataAt: 1_002_000, lostAt: 1_002_300 })
  })

  it('can be tried at once', () => {
    goLive()
    world.last().drops()
    world.stream.retryNow()
    expect(world.sockets).toHaveLength(2)
    world.stream.retryNow()
    expect(world.sockets).toHaveLength(2)
  })

  it('a server that says goodbye is taken at its word about when to come back', () => {
    goLive()
    world.last().says({ v: 1, type: 'bye', retry_after_ms: 1234 })
    world.last().drops(1012)
    world.pass(1233)
    expect(world.sockets).toHaveLength(1)
    world.pass(1)
    expect(world.sockets).toHaveLength(2)
  })

  it('two and a half silent beats are a lost connection, and any frame is a beat', () => {
    goLive()
    world.pass(2000)
    world.events(event(11))
    world.pass(2499)
    expect(world.phase()).toBe('live')
    world.pass(1)
    expect(world.phase()).toBe('reconnecting')
    expect(world.sockets[0]?.closed).toBe(true)
  })

  it('a socket that was let go can no longer say anything', () => {
    goLive()
    const old = world.last()
    world.pass(2500)
    old.says({ v: 1, type: 'events', events: [event(11)] })
    old.drops()
    expect(world.created).toEqual([])
    expect(world.sockets).toHaveLength(1)
  })

  it('a connection that never says hello is given up', () => {
    world.stream.start('e1:10')
    world.pass(10_000)
    expect(world.phase()).toBe('reconnecting')
  })
})

describe('a computer that sleeps or is offline', () => {
  it('offline is said when the socket is gone and the network is too', () => {
    goLive()
    world.browser.online = false
    world.wake()
    expect(world.phase()).toBe('live')
    world.last().drops()
    expect(world.phase()).toBe('offline')
  })

  it('the network going while we wait is said, and its return ends the waiting', () => {
    goLive()
    world.last().drops()
    world.browser.online = false
    world.wake()
    expect(world.phase()).toBe('offline')
    world.browser.online = true
    world.wake()
    expect(world.sockets).toHaveLength(2)
    world.last().hello()
    expect(world.phase()).toBe('live')
  })

  it('after sleep a socket that was silent too long is not trusted', () => {
    goLive()
    vi.setSystemTime(1_600_000)
    world.wake()
    expect(world.phase()).toBe('reconnecting')
  })
})

describe('being sent away', () => {
  it.each([
    [4401, 'signed-out'],
    [4403, 'refused'],
  ])('code %i ends the retries: %s', (code, phase) => {
    goLive()
    world.last().drops(code)
    world.pass(120_000)
    expect(world.phase()).toBe(phase)
    expect(world.sockets).toHaveLength(1)
    expect(world.wakers.size).toBe(0)
  })

  it('after signing in again it goes on from where it was', () => {
    goLive()
    world.events(event(15))
    world.last().drops(4401)
    world.stream.start('e1:20')
    expect(world.last().since).toBe('e1:15')
  })

  it('who was too slow reads the list again and comes back', () => {
    goLive()
    world.last().drops(4408)
    world.pass(60_000)
    expect(world.resyncs).toEqual([false])
    expect(world.sockets.length).toBeGreaterThan(1)
  })
})

describe('events that cannot be replayed', () => {
  it('the server says so: lists are read again, and the stream goes on from its position', () => {
    goLive()
    world.last().says({ v: 1, type: 'resync', epoch: 'e1', seq: 500 })
    world.pass(100)
    expect(world.resyncs).toEqual([false])
    world.last().drops()
    world.pass(60_000)
    expect(world.last().since).toBe('e1:500')
  })

  it('another epoch: nothing we know can be compared', () => {
    goLive()
    world.last().drops()
    world.pass(60_000)
    world.last().hello({ epoch: 'e2', seq: 3 })
    world.last().says({ v: 1, type: 'resync', epoch: 'e2', seq: 3 })
    world.pass(100)
    expect(world.resyncs).toEqual([true, false])
  })

  it('come after the events before them', () => {
    goLive()
    world.events(event(11))
    world.events(event(12))
    world.last().says({ v: 1, type: 'resync', epoch: 'e2', seq: 1 })
    const order: string[] = []
    world.stream.subscribe('alert:created', (row) => order.push(row.id))
    world.stream.onResync(() => order.push('resync'))
    world.pass(100)
    expect(order).toEqual(['a12', 'resync'])
  })
})

it('a stopped stream stays stopped, and says so to who listens', () => {
  const states: string[] = []
  const stop = world.stream.onState(() => states.push(world.phase()))
  goLive()
  world.stream.stop()
  world.pass(120_000)
  expect(world.sockets).toHaveLength(1)
  expect(world.last().closed).toBe(true)
  expect(states.at(-1)).toBe('idle')
  stop()
  world.stream.retryNow()
  expect(world.sockets).toHaveLength(1)
})
