import createClient, { type Client } from 'openapi-fetch'
import { texts } from '../texts'
import type { paths } from './generated'
import type { AlertDetail, AlertQuery, AlertRow, Session, Status, Ticket } from './types'

/** What went wrong with a request, in words for the person who made it. `status` 0: no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly requestId: string | null
  /** The alert as it is now, when the answer brought it (409). */
  readonly present: AlertRow | null

  constructor(status: number, message: string, requestId: string | null = null, present: AlertRow | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.requestId = requestId
    this.present = present
  }
}

/** One page of the list, with what its headers say. `total` counts all pages. */
export interface AlertPage {
  rows: AlertRow[]
  total: number
  cursor: string | null
  position: string
}

export type Move = 'acknowledge' | 'resolve' | 'reopen'

/** The server as the page uses it. Every call rejects with ApiError. */
export interface Api {
  listAlerts(query: AlertQuery, signal?: AbortSignal): Promise<AlertPage>
  getAlert(id: string, signal?: AbortSignal): Promise<AlertDetail>
  moveAlert(id: string, move: Move, version: number): Promise<AlertRow>
  requestTicket(id: string): Promise<Ticket>
  lookForTicket(id: string): Promise<Ticket>
  linkTicket(id: string, key: string): Promise<Ticket>
  createTicketAnyway(id: string): Promise<Ticket>
  getSession(signal?: AbortSignal): Promise<Session>
  signIn(key: string): Promise<void>
  signOut(): Promise<void>
  getStatus(signal?: AbortSignal): Promise<Status>
}

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/**
 * `onSignedOut` is called for every 401 but the one that answers a wrong key.
 * `baseUrl` is this page's own origin.
 */
export function createApi(baseUrl: string, onSignedOut: () => void): Api {
  const client = createClient<paths>({ baseUrl, fetch: (request) => globalThis.fetch(request) })
  const read = <Data>(request: Promise<Answer<Data>>) => settle(request, onSignedOut)
  return {
    listAlerts: (query, signal) => listAlerts(client, query, signal, onSignedOut),
    getAlert: async (id, signal) =>
      (await read(client.GET('/api/alerts/{alert_id}', { params: path(id), ...aborting(signal) }))).data,
    moveAlert: async (id, move, version) =>
      (
        await read(
          client.POST(`/api/alerts/{alert_id}/${move}`, {
            params: { ...path(id), header: { 'If-Match': `${version}` } },
          }),
        )
      ).data,
    requestTicket: async (id) => (await read(client.POST('/api/alerts/{alert_id}/ticket', { params: path(id) }))).data,
    lookForTicket: async (id) =>
      (await read(client.POST('/api/alerts/{alert_id}/ticket/look', { params: path(id) }))).data,
    linkTicket: async (id, key) =>
      (await read(client.POST('/api/alerts/{alert_id}/ticket/link', { params: path(id), body: { key } }))).data,
    createTicketAnyway: async (id) =>
      (await read(client.POST('/api/alerts/{alert_id}/ticket/create-anyway', { params: path(id) }))).data,
    getSession: async (signal) => (await read(client.GET('/api/session', aborting(signal)))).data,
    signIn: async (key) => {
      await settle(client.POST('/api/session', { body: { key } }), () => undefined)
    },
    signOut: async () => {
      await read(client.DELETE('/api/session'))
    },
    getStatus: async (signal) => (await read(client.GET('/api/status', aborting(signal)))).data,
  }
}

const path = (alert_id: string) => ({ path: { alert_id } })
const aborting = (signal: AbortSignal | undefined) => (signal ? { signal } : {})

async function listAlerts(
  client: Client<paths>,
  query: AlertQuery,
  signal: AbortSignal | undefined,
  onSignedOut: () => void,
): Promise<AlertPage> {
  const { data, response } = await settle(
    client.GET('/api/alerts', { params: { query }, ...aborting(signal) }),
    onSignedOut,
  )
  return {
    rows: data,
    total: Number(response.headers.get('X-Total-Count') ?? data.length),
    cursor: nextCursor(response.headers.get('Link')),
    position: response.headers.get('X-Stream-Position') ?? '',
  }
}

/** The cursor of the `rel="next"` link (RFC 8288), or null on the last page. */
export function nextCursor(link: string | null): string | null {
  const next = link?.match(/<([^>]*)>\s*;[^,]*\brel="?next"?/)?.[1]
  return next === undefined ? null : new URL(next, 'http://any').searchParams.get('cursor')
}

async function settle<Data>(request: Promise<Answer<Data>>, onSignedOut: () => void) {
  const answer = await request.catch((cause: unknown) => {
    if (isAbort(cause)) throw cause
    throw new ApiError(0, texts.errors.unreachable)
  })
  if (answer.response.ok) return { data: answer.data as NonNullable<Data>, response: answer.response }
  if (answer.response.status === 401) onSignedOut()
  throw failure(answer.response, answer.error)
}

const isAbort = (cause: unknown) =>
  typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'AbortError'

/** The words of a problem document (RFC 9457), or our own when the answer is none, for example a proxy's page. */
function failure(response: Response, error: unknown): ApiError {
  const problem: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {}
  const words = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '')
  const requestId = typeof problem.request_id === 'string' ? problem.request_id : response.headers.get('X-Request-ID')
  const present = typeof problem.alert === 'object' ? (problem.alert as AlertRow | null) : null
  return new ApiError(response.status, String(words ?? texts.errors.status(response.status)), requestId, present)
}
