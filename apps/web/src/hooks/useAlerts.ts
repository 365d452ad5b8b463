import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import { type Filter, filterKey, filterToQuery } from '../alerts/filters'
import type { ListView } from '../alerts/list'
import type { AlertPage } from '../api/client'
import { POLL_MS, type Reads, shouldPoll } from '../realtime/connection'
import { useConsole } from './useConsole'
import { useWebSocket } from './useWebSocket'

export interface Alerts extends ListView {
  /** Ids of another filter are still shown while this one's are read. */
  loading: boolean
  error: Error | null
  reads: Reads
  hasMore: boolean
  loadingMore: boolean
  loadMore(): void
  reload(): void
}

const NOTHING_READ: string | null = null

/** The list for a filter: pages over REST, then live. The first page says where in the stream the socket begins. */
export function useAlerts(filter: Filter): Alerts {
  const { api, list, queries } = useConsole()
  const { state, subscribe } = useWebSocket()
  const view = useSyncExternalStore(list.subscribe, list.view)
  const key = filterKey(filter)
  const { data, error, dataUpdatedAt, hasNextPage, isFetching, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: ['alerts', key],
      queryFn: ({ pageParam, signal }) => api.listAlerts(filterToQuery(filter, pageParam), signal),
      initialPageParam: NOTHING_READ,
      getNextPageParam: (page) => page.cursor,
      refetchInterval: shouldPoll(state) ? POLL_MS : false,
      structuralSharing: false,
      gcTime: 0,
    })

  useTakePages(filter, data?.pages)
  useEffect(() => {
    const stops = [
      subscribe('alert:created', (row) => list.apply(row, Date.now())),
      subscribe('alert:updated', (row) => list.apply(row, Date.now())),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [subscribe, list])
  useResync()

  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const reload = useCallback(() => {
    void refetch()
    void queries.invalidateQueries({ queryKey: ['status'] })
  }, [refetch, queries])

  return {
    ...view,
    loading: view.key !== key,
    error,
    reads: { at: dataUpdatedAt, failed: error !== null },
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    loadMore,
    reload,
  }
}

function useTakePages(filter: Filter, pages: readonly AlertPage[] | undefined): void {
  const { list, stream } = useConsole()
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages belong to the filter they were read with; a new filter brings its own.
  useEffect(() => {
    if (pages?.[0] === undefined) return
    list.receive(filter, pages, Date.now())
    stream.start(pages[0].position)
  }, [pages, list, stream])
}

/** After a resync nothing we know is complete: list, open alert and counts are read again. */
function useResync(): void {
  const { list, stream, queries } = useConsole()
  useEffect(
    () =>
      stream.onResync((anew) => {
        if (anew) list.restart()
        for (const queryKey of [['alerts'], ['alert'], ['status']]) void queries.invalidateQueries({ queryKey })
      }),
    [list, stream, queries],
  )
}
