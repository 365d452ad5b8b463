import { type Connection, connectionOf, type Reads } from '../realtime/connection'
import { useNow } from './useNow'
import { useWebSocket } from './useWebSocket'

/** What is true of the connection now, from the socket itself and from the last read over REST. */
export function useConnection(reads: Reads): Connection {
  const { state } = useWebSocket()
  const banner = useNow((now) => connectionOf(state, reads, now).banner)
  return { ...connectionOf(state, reads, 0), banner }
}
