import { QueryClient } from '@tanstack/react-query'
import { Actions } from './alerts/actions'
import { AlertList } from './alerts/list'
import { AlertRows } from './alerts/rows'
import { Toasts } from './alerts/toasts'
import { type Api, ApiError, createApi } from './api/client'
import type { Session } from './api/types'
import { Settings } from './hooks/useSettings'
import { AlertStream, type StreamPorts } from './realtime/stream'

/** Everything the page is made of, once. Components get it through useConsole. */
export interface Console {
  api: Api
  queries: QueryClient
  rows: AlertRows
  list: AlertList
  stream: AlertStream
  actions: Actions
  toasts: Toasts
  settings: Settings
}

/** `origin`: where this page came from; the only place it talks to. */
export function createConsole(origin: string, ports: StreamPorts, storage: Storage): Console {
  const queries = new QueryClient({
    defaultOptions: { queries: { retry: worthRepeating, refetchOnWindowFocus: false, refetchOnReconnect: false } },
  })
  const signedOut = () =>
    queries.setQueryData<Session>(
      ['session'],
      (session) => session && { ...session, required: true, authenticated: false },
    )
  const api = createApi(origin, signedOut)
  const rows = new AlertRows()
  const list = new AlertList(rows)
  const toasts = new Toasts()
  const stream = new AlertStream(ports)
  stream.onState(() => stream.state().phase === 'signed-out' && signedOut())
  const actions = new Actions({
    api,
    rows,
    list,
    toasts,
    now: ports.now,
    onTicket: (id) => void queries.invalidateQueries({ queryKey: ['alert', id] }),
  })
  return { api, queries, rows, list, stream, actions, toasts, settings: new Settings(storage) }
}

/** Reads are tried again when no answer came or the server was in trouble, never when it said no. */
const worthRepeating = (failures: number, error: Error) =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500)
