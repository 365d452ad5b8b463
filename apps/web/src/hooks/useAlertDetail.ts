import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { AlertDetail } from '../api/types'
import { useAlert } from './useAlert'
import { useConsole } from './useConsole'
import { useWebSocket } from './useWebSocket'

/** Repeats come up to 20 times a second; samples need not follow each of them. */
const COUNTED_AGAIN_MS = 3000
/** While the stream is down, a ticket that was asked for is looked for by asking. */
const TICKET_POLL_MS = 2000

/** An alert with its changes, samples and ticket; read again when its row changes. */
export function useAlertDetail(id: string) {
  const { api, list } = useConsole()
  const { state } = useWebSocket()
  const query = useQuery({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => api.getAlert(id, signal),
    refetchInterval: ({ state: { data } }) =>
      state.phase !== 'live' && data?.ticket?.state === 'pending' ? TICKET_POLL_MS : false,
  })
  const { data, refetch } = query
  useEffect(() => {
    if (data !== undefined) list.apply(data, Date.now())
  }, [data, list])
  useFollow(id, data, refetch)
  return query
}

/** A change of the alert is fetched at once, a raised count after a moment. */
function useFollow(id: string, data: AlertDetail | undefined, refetch: () => void): void {
  const row = useAlert(id)?.row
  const version = row?.version ?? 0
  const changed = data !== undefined && version > data.version
  const counted = data !== undefined && (row?.seq ?? 0) > data.seq
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new version asks again, also while an answer is under way.
  useEffect(() => {
    if (changed) refetch()
  }, [changed, version, refetch])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new answer starts the next wait.
  useEffect(() => {
    if (!counted) return
    const timer = setTimeout(refetch, COUNTED_AGAIN_MS)
    return () => clearTimeout(timer)
  }, [counted, data, refetch])
}
