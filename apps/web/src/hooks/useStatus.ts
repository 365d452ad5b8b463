import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Status } from '../api/types'
import { useConsole } from './useConsole'
import { useWebSocket } from './useWebSocket'

/** Counts change with the alerts; asking more often than this would only cost. */
const AT_MOST_EVERY_MS = 2000
/** When nothing else tells: the time of the last log changes without an alert. */
const ANYWAY_MS = 30_000

/** Counts by status and the time of the last log, kept fresh by the stream. */
export function useStatus(): Status | undefined {
  const { api, queries } = useConsole()
  const { subscribe } = useWebSocket()
  const { data } = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => api.getStatus(signal),
    refetchInterval: ANYWAY_MS,
  })

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['status'] })
      }, AT_MOST_EVERY_MS)
    }
    const stops = [subscribe('alert:created', soon), subscribe('alert:updated', soon)]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [subscribe, queries])
  return data
}
