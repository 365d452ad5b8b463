import { vi } from 'vitest'
import type { StreamFrame } from '../api/types'
import type { Socket, StreamPorts } from '../realtime/stream'

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  onmessage: ((message: MessageEvent) => void) | null = null
  onclose: ((close: CloseEvent) => void) | null = null
  readonly sent: string[] = []
  closed = false
  readonly since: string | null

  constructor(since: string | null) {
    this.since = since
  }

  send(text: string): void {
    this.sent.push(text)
  }

  close(): void {
    this.closed = true
  }

  /** The server says this. */
  says(frame: StreamFrame | string): void {
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame)
    this.onmessage?.(new MessageEvent('message', { data }))
  }

  hello(over: Partial<Extract<StreamFrame, { type: 'hello' }>> = {}): void {
    this.says({
      ...{ v: 1, type: 'hello', epoch: 'e1', seq: 10, heartbeat_ms: 1000 },
      ...{ server_time: '2026-11-22T10:00:00Z', build: 'build-1', ...over },
    })
  }

  /** The server, or the network, closes. */
  drops(code = 1006): void {
    this.onclose?.(new CloseEvent('close', { code }))
  }
}

/** The browser as a test wants it: fake clock (vi.useFakeTimers first), sockets that the test answers for. */
export function fakePorts() {
  const sockets: FakeSocket[] = []
  const wakers = new Set<() => void>()
  const browser = { online: true, hidden: false, random: 1 }
  const ports: StreamPorts = {
    connect: (since) => {
      const socket = new FakeSocket(since)
      sockets.push(socket)
      return socket
    },
    now: () => Date.now(),
    random: () => browser.random,
    online: () => browser.online,
    hidden: () => browser.hidden,
    onFrame: (run) => void setTimeout(() => browser.hidden || run(), 16),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    onWake: (changed) => {
      wakers.add(changed)
      return () => wakers.delete(changed)
    },
  }
  const last = () => {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }
  const wake = () => {
    for (const waker of wakers) waker()
  }
  const pass = (ms: number) => vi.advanceTimersByTime(ms)
  return { ports, sockets, browser, last, wake, pass, wakers }
}
