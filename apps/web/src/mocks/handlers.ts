import { HttpResponse, http, ws } from 'msw'
import type { AlertRow, Session, Status, StreamEventType, StreamFrame, Ticket } from '../api/types'
import { aDetail, aSession, aStatus, aTicket } from './alerts'

const EPOCH = 'e1'
// One for all: each link keeps a listener for ever.
const socket = ws.link('*/ws')
const PAGE = 100

/** What stands behind the handlers: canned alerts, no rules of their own. Tests and stories change it as they like. */
export interface Backend {
  rows: AlertRow[]
  tickets: Map<string, Ticket>
  session: Session
  status: Partial<Status>
  /** Answers instead of the usual ones, by `METHOD /path`. */
  instead: Map<string, () => Response>
  /** What was asked for, as `METHOD /path?query body`, newest last. */
  asked: string[]
  /** Sends an alert over the socket, and keeps it. */
  emit(type: StreamEventType, row: AlertRow): void
  /** Sends any frame. */
  send(frame: StreamFrame): void
  /** Closes all sockets with this code, as a server does that goes away. */
  drop(code: number): void
}

/** Handlers of msw for REST and the socket, and the backend they read. */
export function mockBackend(rows: AlertRow[] = []) {
  const backend: Backend = {
    rows,
    tickets: new Map(),
    session: aSession(),
    status: {},
    instead: new Map(),
    asked: [],
    emit(type, row) {
      keep(row)
      const at = new Date().toISOString()
      backend.send({ v: 1, type: 'events', events: [{ seq: row.seq, type, at, data: row }] })
    },
    send: (frame) => socket.broadcast(JSON.stringify(frame)),
    drop: (code) => {
      for (const client of socket.clients) client.close(code)
    },
  }
  const keep = (row: AlertRow) => {
    backend.rows = [row, ...backend.rows.filter(({ id }) => id !== row.id)].sort((a, b) =>
      a.created_at < b.created_at ? 1 : -1,
    )
  }
  const lastSeq = () => Math.max(0, ...backend.rows.map(({ seq }) => seq))
  const change = (id: string, members: Partial<AlertRow>) => {
    const before = backend.rows.find((row) => row.id === id)
    if (before === undefined) return null
    const row = { ...before, ...members, version: before.version + 1, seq: lastSeq() + 1 }
    keep(row)
    return row
  }

  const on = (method: 'get' | 'post' | 'delete', path: string, answer: (call: Call) => Response) =>
    http[method](`*${path}`, async ({ request, params }) => {
      const url = new URL(request.url)
      const place = `${request.method} ${url.pathname}`
      const body = await request.text()
      backend.asked.push(`${place}${url.search}${body && ` ${body}`}`)
      return (
        backend.instead.get(place)?.() ??
        answer({ url, body, id: String(params.id), version: request.headers.get('If-Match') })
      )
    })

  const ticket = ({ id }: Call) => {
    change(id, { ticket_state: 'pending' })
    const asked = aTicket({ alert_id: id })
    backend.tickets.set(id, asked)
    return HttpResponse.json(asked, { status: 202 })
  }
  const move =
    (members: Partial<AlertRow>) =>
    ({ id, version }: Call) => {
      const present = backend.rows.find((row) => row.id === id)
      if (present && version !== String(present.version))
        return problem(409, 'the alert has changed meanwhile', { alert: present })
      return found(change(id, members))
    }

  const handlers = [
    on('get', '/api/session', () => HttpResponse.json(backend.session)),
    on('post', '/api/session', ({ body }) => {
      if (!body.includes('right')) return problem(401, 'This is not the key.')
      backend.session = { ...backend.session, authenticated: true }
      return new HttpResponse(null, { status: 204 })
    }),
    on('delete', '/api/session', () => {
      backend.session = { ...backend.session, authenticated: false }
      return new HttpResponse(null, { status: 204 })
    }),
    on('get', '/api/status', () => HttpResponse.json(aStatus(backend.status))),
    on('get', '/api/alerts', ({ url }) => page(filtered(backend.rows, url.searchParams), url, `${EPOCH}:${lastSeq()}`)),
    on('get', '/api/alerts/:id', ({ id }) => {
      const row = backend.rows.find((one) => one.id === id)
      return found(row ? aDetail(row, { ticket: backend.tickets.get(id) ?? null }) : null)
    }),
    on('post', '/api/alerts/:id/acknowledge', move({ status: 'ACKNOWLEDGED' })),
    on('post', '/api/alerts/:id/resolve', move({ status: 'RESOLVED' })),
    on('post', '/api/alerts/:id/reopen', move({ status: 'NEW' })),
    on('post', '/api/alerts/:id/ticket', ticket),
    on('post', '/api/alerts/:id/ticket/:verb', ticket),
    socket.addEventListener('connection', ({ client }) => {
      backend.asked.push(`SOCKET ${new URL(client.url).search}`)
      const hello: StreamFrame = {
        ...{ v: 1, type: 'hello', epoch: EPOCH, seq: lastSeq(), heartbeat_ms: 15_000 },
        ...{ server_time: new Date().toISOString(), build: 'build-1' },
      }
      client.send(JSON.stringify(hello))
    }),
  ]
  return { backend, handlers }
}

interface Call {
  url: URL
  body: string
  id: string
  version: string | null
}

export function problem(status: number, detail: string, members: Record<string, unknown> = {}): Response {
  const body = { type: 'about:blank', title: 'Problem', status, detail, instance: '/', request_id: 'req-1', ...members }
  return HttpResponse.json(body, { status, headers: { 'Content-Type': 'application/problem+json' } })
}

const found = (body: object | null) => (body ? HttpResponse.json(body) : problem(404, 'There is no such alert.'))

function filtered(rows: AlertRow[], params: URLSearchParams): AlertRow[] {
  const fits = (name: 'severity' | 'status', value: string) => !params.has(name) || params.getAll(name).includes(value)
  const q = params.get('q')?.toLowerCase() ?? ''
  return rows.filter(
    (row) => fits('severity', row.severity) && fits('status', row.status) && row.title.toLowerCase().includes(q),
  )
}

function page(rows: AlertRow[], url: URL, position: string): Response {
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const more = from + PAGE < rows.length
  return HttpResponse.json(rows.slice(from, from + PAGE), {
    headers: {
      'X-Total-Count': String(rows.length),
      'X-Stream-Position': position,
      ...(more && { Link: `</api/alerts?cursor=${from + PAGE}>; rel="next"` }),
    },
  })
}
