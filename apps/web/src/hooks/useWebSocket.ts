import { useSyncExternalStore } from 'react'
import type { StreamEventType } from '../api/types'
import type { EventHandler, StreamState } from '../realtime/stream'
import { useConsole } from './useConsole'

export interface LiveAlerts {
  state: StreamState
  /** Calls `handler` with the row of each event of that type, batches unpacked. Returns its unsubscribe. */
  subscribe(type: StreamEventType, handler: EventHandler): () => void
  retryNow(): void
}

/** The live stream of alerts, shared by everything on the page. */
export function useWebSocket(): LiveAlerts {
  const { stream } = useConsole()
  const state = useSyncExternalStore(stream.onState, stream.state)
  return { state, subscribe: stream.subscribe, retryNow: stream.retryNow }
}
