import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import type { AlertRow } from '../api/types'
import { anAlert, aTicket } from '../mocks/alerts'
import { aConsole } from '../test/render'
import { useAlertDetail } from './useAlertDetail'
import { ConsoleContext } from './useConsole'
import { neighbours } from './useCursor'
import { useStatus } from './useStatus'
import { readPlace, writePlace } from './useUrl'
import { useWebSocket } from './useWebSocket'

function setUp(rows: AlertRow[] = []) {
  const made = aConsole(rows)
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ConsoleContext value={made.console}>
      <QueryClientProvider client={made.console.queries}>{children}</QueryClientProvider>
    </ConsoleContext>
  )
  return { ...made, wrapper }
}

describe('useWebSocket', () => {
  it('brings the rows of a batch one by one, by type, until unsubscribed', async () => {
    const { backend, console, wrapper } = setUp()
    const { result } = renderHook(useWebSocket, { wrapper })
    act(() => console.stream.start('e1:0'))
    await waitFor(() => expect(result.current.state.phase).toBe('live'))
    const created = vi.fn()
    const unsubscribe = result.current.subscribe('alert:created', (row) => created(row.id))
    const at = '2026-11-22T10:00:00Z'
    const event = (seq: number, type: 'alert:created' | 'alert:updated') => ({
      seq,
      type,
      at,
      data: anAlert({ id: `a${seq}`, seq }),
    })
    backend.send({
      ...{ v: 1, type: 'events' },
      events: [event(1, 'alert:created'), event(2, 'alert:updated'), event(3, 'alert:created')],
    })
    await waitFor(() => expect(created.mock.calls).toEqual([['a1'], ['a3']]))
    unsubscribe()
    backend.emit('alert:created', anAlert({ id: 'a4', seq: 4 }))
    await waitFor(() => expect(console.stream.state().phase).toBe('live'))
    expect(created).toHaveBeenCalledTimes(2)
  })

  it('a client that was away asks for what it missed', async () => {
    const { backend, console, wrapper } = setUp()
    const { result } = renderHook(useWebSocket, { wrapper })
    act(() => console.stream.start('e1:4'))
    await waitFor(() => expect(result.current.state.phase).toBe('live'))
    const seen = vi.fn()
    result.current.subscribe('alert:created', seen)
    backend.emit('alert:created', anAlert({ seq: 9 }))
    await waitFor(() => expect(seen).toHaveBeenCalled())
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    act(() => backend.drop(1012))
    await waitFor(() => expect(result.current.state.phase).toBe('reconnecting'))
    act(() => result.current.retryNow())
    await waitFor(() => expect(result.current.state.phase).toBe('live'))
    expect(backend.asked).toEqual(['SOCKET ?since=e1%3A4', 'SOCKET ?since=e1%3A9'])
  })
})

it('the status is read again soon after alerts changed, once for many', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const { backend, console, wrapper } = setUp()
  console.stream.start('e1:0')
  const { result, unmount } = renderHook(useStatus, { wrapper })
  await waitFor(() => expect(result.current).toBeDefined())
  await waitFor(() => expect(console.stream.state().phase).toBe('live'))
  for (const seq of [1, 2, 3]) backend.emit('alert:created', anAlert({ id: `a${seq}`, seq }))
  await act(() => vi.advanceTimersByTimeAsync(2500))
  await waitFor(() => expect(backend.asked.filter((asked) => asked === 'GET /api/status')).toHaveLength(2))
  unmount()
})

describe('an open alert', () => {
  it('that was counted is read again after a moment', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    const { backend, console, wrapper } = setUp([anAlert({ id: 'a1' })])
    const { result } = renderHook(() => useAlertDetail('a1'), { wrapper })
    await waitFor(() => expect(result.current.data).toBeDefined())
    backend.rows = [anAlert({ id: 'a1', seq: 5, count: 8 })]
    act(() => console.list.apply(anAlert({ id: 'a1', seq: 5, count: 8 }), 0))
    await act(() => vi.advanceTimersByTimeAsync(2900))
    expect(backend.asked).toHaveLength(1)
    await act(() => vi.advanceTimersByTimeAsync(200))
    await waitFor(() => expect(result.current.data?.count).toBe(8))
    expect(backend.asked).toHaveLength(2)
  })

  it('with a pending ticket is asked for while the stream is down', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    const { backend, wrapper } = setUp([anAlert({ id: 'a1', ticket_state: 'pending' })])
    backend.tickets.set('a1', aTicket({ alert_id: 'a1' }))
    const { result } = renderHook(() => useAlertDetail('a1'), { wrapper })
    await waitFor(() => expect(result.current.data).toBeDefined())
    await act(() => vi.advanceTimersByTimeAsync(2100))
    await waitFor(() => expect(backend.asked.length).toBeGreaterThan(1))
  })
})

describe('the address', () => {
  it.each([
    ['/', null],
    ['/alerts', null],
    ['/alerts/a-1', 'a-1'],
    ['/alerts/a-1/', 'a-1'],
    ['/alerts?alert=a-2', 'a-2'],
    ['/alerts/%zz', null],
  ])('%s opens %s', (path, open) => {
    expect(readPlace(new URL(path, 'http://x')).open).toBe(open)
  })

  it('is written without what is not chosen', () => {
    const { filter } = readPlace(new URL('http://x/alerts'))
    expect(writePlace({ filter, open: null })).toBe('/alerts')
    expect(writePlace({ filter: { ...filter, q: 'p 2' }, open: 'a' })).toBe('/alerts?q=p+2&alert=a')
  })
})

it('neighbours are those in the list', () => {
  expect(neighbours(['a', 'b', 'c'], 'b')).toEqual({ previous: 'a', next: 'c' })
  expect(neighbours(['a', 'b'], 'a')).toEqual({ previous: null, next: 'b' })
  expect(neighbours(['a'], 'x')).toEqual({ previous: null, next: null })
})
