import type { AlertRow, StreamEvent, StreamEventType, StreamFrame } from '../api/types'
import { backoff } from './backoff'
import { createDrain, type Pace } from './drain'
import { type Position, readFrame, readPosition, writePosition } from './messages'

/**
 * What is true of the connection now. `refused`: the server answers, and says that this page may not listen.
 * `idle`: not started yet, or stopped.
 */
export type Phase = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'offline' | 'signed-out' | 'refused'

export interface StreamState {
  phase: Phase
  /** Attempts that failed since the stream was last live. */
  failures: number
  /** When the last frame came, in milliseconds; kept up to date only while the stream is not live. */
  lastDataAt: number | null
  /** Since when the stream is not live, in milliseconds. */
  lostAt: number | null
  /** Build of the server that said hello last. */
  build: string | null
}

export type EventHandler = (row: AlertRow, event: StreamEvent) => void
/** `anew`: the server's numbers began again, nothing we know can be compared with them. */
export type ResyncHandler = (anew: boolean) => void

/** The part of a WebSocket that the stream uses. */
export interface Socket {
  onmessage: ((message: MessageEvent) => void) | null
  onclose: ((close: CloseEvent) => void) | null
  send(text: string): void
  close(): void
}

/** The browser, as far as the stream needs it. */
export interface StreamPorts extends Pace {
  connect(since: string | null): Socket
  random(): number
  online(): boolean
  /** Calls `changed` when the tab is shown again, or the network goes or comes. Returns how to stop. */
  onWake(changed: () => void): () => void
  after(ms: number, run: () => void): () => void
}

type Item = { event: StreamEvent } | { anew: boolean }

const CLOSED_SIGNED_OUT = 4401
const CLOSED_REFUSED = 4403
const CLOSED_TOO_SLOW = 4408
/** How long a new connection may take until its hello. */
const HELLO_WITHIN_MS = 10_000
/** A beat may be late, two may not. */
const SILENT_BEATS = 2.5

/** The live alerts: one socket, opened again for ever, from where it stopped. Knows nothing of React or of lists. */
export class AlertStream {
  readonly #ports: StreamPorts
  readonly #deliver: (items: readonly Item[]) => void
  readonly #handlers = new Map<StreamEventType, Set<EventHandler>>()
  readonly #resyncHandlers = new Set<ResyncHandler>()
  readonly #stateListeners = new Set<() => void>()
  #state: StreamState = { phase: 'idle', failures: 0, lastDataAt: null, lostAt: null, build: null }
  #socket: Socket | null = null
  #position: Position | null = null
  #silenceMs = HELLO_WITHIN_MS
  #lastFrameAt: number | null = null
  #byeMs: number | null = null
  #cancelTimer: () => void = () => undefined
  #stopWaking: (() => void) | null = null

  constructor(ports: StreamPorts) {
    this.#ports = ports
    this.#deliver = createDrain<Item>(ports, (items) => {
      for (const item of items) this.#handOver(item)
    })
  }

  readonly state = (): StreamState => this.#state

  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  /** Calls `handler` for each event of that type. Returns the unsubscribe. */
  readonly subscribe = (type: StreamEventType, handler: EventHandler): (() => void) => {
    const handlers = this.#handlers.get(type) ?? new Set()
    this.#handlers.set(type, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  /** Calls `handler` when events were lost for good and lists must be read again. Returns the unsubscribe. */
  readonly onResync = (handler: ResyncHandler): (() => void) => {
    this.#resyncHandlers.add(handler)
    return () => this.#resyncHandlers.delete(handler)
  }

  /** Opens the stream at `position` (`epoch:seq`, of the page that was read), if it is not open. */
  start(position: string): void {
    if (this.#stopWaking !== null) return
    this.#position ??= readPosition(position)
    this.#stopWaking = this.#ports.onWake(() => this.#wake())
    this.#lastFrameAt ??= this.#ports.now()
    this.#change({ phase: 'connecting', failures: 0, lostAt: this.#ports.now() })
    this.#open('connecting')
  }

  /** Closes the stream. It remembers its position: `start` goes on from there. */
  stop(): void {
    this.#hangUp()
    this.#stopWaking?.()
    this.#stopWaking = null
    this.#change({ phase: 'idle' })
  }

  /** Tries at once instead of waiting. */
  readonly retryNow = (): void => {
    if (this.#stopWaking !== null && this.#socket === null) this.#open('reconnecting')
  }

  #open(phase: Phase): void {
    this.#hangUp()
    const socket = this.#ports.connect(this.#position === null ? null : writePosition(this.#position))
    this.#socket = socket
    this.#silenceMs = HELLO_WITHIN_MS
    this.#byeMs = null
    socket.onmessage = ({ data }) => this.#receive(data)
    socket.onclose = ({ code }) => this.#closed(code)
    this.#change({ phase })
    this.#watch()
  }

  #receive(data: unknown): void {
    this.#lastFrameAt = this.#ports.now()
    const frame = readFrame(data)
    if (frame !== null) this.#take(frame)
    this.#watch()
  }

  #take(frame: StreamFrame): void {
    switch (frame.type) {
      case 'hello':
        this.#silenceMs = frame.heartbeat_ms * SILENT_BEATS
        if (this.#position !== null && this.#position.epoch !== frame.epoch) this.#resync(frame)
        this.#position ??= { epoch: frame.epoch, seq: frame.seq }
        return this.#change({ phase: 'live', failures: 0, lostAt: null, build: frame.build })
      case 'events':
        for (const { seq } of frame.events) if (this.#position && seq > this.#position.seq) this.#position.seq = seq
        return this.#deliver(frame.events.map((event) => ({ event })))
      case 'ping':
        return this.#socket?.send('{"type":"pong"}')
      case 'resync':
        return this.#resync(frame)
      case 'bye':
        this.#byeMs = frame.retry_after_ms
        return
      default:
        frame satisfies never
    }
  }

  /** Queued behind the events that came before it, so that those do not land in the list that is read again. */
  #resync({ epoch, seq }: Position): void {
    const anew = this.#position !== null && this.#position.epoch !== epoch
    this.#position = { epoch, seq }
    this.#deliver([{ anew }])
  }

  #handOver(item: Item): void {
    if ('anew' in item) for (const handler of this.#resyncHandlers) handler(item.anew)
    else for (const handler of this.#handlers.get(item.event.type) ?? []) handler(item.event.data, item.event)
  }

  #closed(code: number): void {
    const wasLive = this.#state.phase === 'live'
    this.#hangUp()
    if (wasLive) this.#change({ lostAt: this.#ports.now() })
    if (code === CLOSED_SIGNED_OUT) return this.#giveUp('signed-out')
    if (code === CLOSED_REFUSED) return this.#giveUp('refused')
    if (code === CLOSED_TOO_SLOW) this.#deliver([{ anew: false }])
    const failures = wasLive ? 0 : this.#state.failures + 1
    const wait = this.#byeMs ?? backoff(failures, this.#ports.random())
    this.#change({ phase: this.#ports.online() ? 'reconnecting' : 'offline', failures })
    this.#cancelTimer = this.#ports.after(wait, this.retryNow)
  }

  #giveUp(phase: Phase): void {
    this.stop()
    this.#change({ phase })
  }

  /** The tab is back, or the network changed: waiting ends now, and a socket that was silent too long is not trusted. */
  #wake(): void {
    const silent = this.#ports.now() - (this.#lastFrameAt ?? 0)
    if (this.#socket === null) {
      this.#change({ phase: this.#ports.online() ? 'reconnecting' : 'offline' })
      if (this.#ports.online()) this.retryNow()
    } else if (silent > this.#silenceMs) this.#closed(0)
  }

  #watch(): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#ports.after(this.#silenceMs, () => this.#closed(0))
  }

  /** Lets go of the socket without waiting for its close event, which may take minutes on a dead network. */
  #hangUp(): void {
    this.#cancelTimer()
    const socket = this.#socket
    if (socket === null) return
    this.#socket = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  #change(change: Partial<StreamState>): void {
    this.#state = { ...this.#state, ...change, lastDataAt: this.#lastFrameAt }
    for (const listener of this.#stateListeners) listener()
  }
}
