import { HttpResponse, http } from 'msw'
import { describe, expect, it, vi } from 'vitest'
import { anAlert, someAlerts } from '../mocks/alerts'
import { mockBackend, problem } from '../mocks/handlers'
import { server } from '../test/setup'
import { ApiError, createApi, nextCursor } from './client'

const onSignedOut = vi.fn()
const api = createApi(location.origin, onSignedOut)
const answer = (response: () => Response) => server.use(http.all('*/api/*', response))
const failure = (request: Promise<unknown>) =>
  request.then(
    () => {
      throw new Error('it should have failed')
    },
    (error: unknown) => error,
  )

describe('the list', () => {
  it('comes with total, next page and stream position from the headers', async () => {
    const { handlers, backend } = mockBackend(someAlerts(101))
    server.use(...handlers)
    const page = await api.listAlerts({ severity: ['critical', 'info'], limit: 100 })
    expect(page).toMatchObject({ total: 101, cursor: '100', position: 'e1:101' })
    expect(page.rows).toHaveLength(100)
    expect(backend.asked).toEqual(['GET /api/alerts?severity=critical&severity=info&limit=100'])
  })

  it('without these headers is one page of unknown position', async () => {
    answer(() => HttpResponse.json(someAlerts(2)))
    expect(await api.listAlerts({})).toMatchObject({ total: 2, cursor: null, position: '' })
  })

  it('stops when nobody waits for it', async () => {
    const aborting = new AbortController()
    answer(() => HttpResponse.json([]))
    const error = failure(api.listAlerts({}, aborting.signal))
    aborting.abort()
    expect(await error).toMatchObject({ name: 'AbortError' })
  })
})

it.each([
  ['</api/alerts?cursor=abc&limit=2>; rel="next"', 'abc'],
  ['<http://host/api/alerts?cursor=a%2Fb>; rel=next', 'a/b'],
  ['</x?cursor=1>; rel="prev", </x?cursor=2>; rel="next"', '2'],
  ['</x>; rel="next"', null],
  ['</x?cursor=1>; rel="prev"', null],
  [null, null],
])('the next page in %s is %s', (link, cursor) => {
  expect(nextCursor(link)).toBe(cursor)
})

it('a move sends the version that the person saw', async () => {
  let seen: string | null = null
  server.use(
    http.post('*/api/alerts/a1/acknowledge', ({ request }) => {
      seen = request.headers.get('If-Match')
      return HttpResponse.json(anAlert({ status: 'ACKNOWLEDGED' }))
    }),
  )
  expect(await api.moveAlert('a1', 'acknowledge', 7)).toMatchObject({ status: 'ACKNOWLEDGED' })
  expect(seen).toBe('7')
})

describe('failures', () => {
  it('speak with the words of the problem document', async () => {
    answer(() => problem(422, 'limit must be at most 500'))
    expect(await failure(api.getStatus())).toMatchObject({
      ...{ name: 'ApiError', status: 422, message: 'limit must be at most 500', requestId: 'req-1', present: null },
    })
  })

  it('bring the present alert when it changed meanwhile', async () => {
    answer(() => problem(409, 'changed', { alert: anAlert({ status: 'RESOLVED' }) }))
    expect(await failure(api.moveAlert('a', 'resolve', 1))).toMatchObject({ present: { status: 'RESOLVED' } })
  })

  it('have words of our own when a proxy answers with a page', async () => {
    answer(() => new HttpResponse('<h1>Bad Gateway</h1>', { status: 502, headers: { 'X-Request-ID': 'p-1' } }))
    const error = await failure(api.getAlert('a'))
    expect(error).toMatchObject({ message: 'The server answered 502.', requestId: 'p-1' })
  })

  it('without an answer have status 0', async () => {
    answer(() => HttpResponse.error())
    const error = await failure(api.getSession())
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 0 })
  })

  it('of an ended session are told once, but a wrong key is only a wrong key', async () => {
    answer(() => problem(401, 'sign in'))
    await failure(api.getStatus())
    expect(onSignedOut).toHaveBeenCalledTimes(1)
    onSignedOut.mockClear()
    await failure(api.signIn('wrong'))
    expect(onSignedOut).not.toHaveBeenCalled()
  })
})

it('the rest of the calls go where the contract says', async () => {
  const { handlers, backend } = mockBackend([anAlert({ id: 'a' })])
  server.use(...handlers)
  await api.getAlert('a')
  await api.requestTicket('a')
  await api.lookForTicket('a')
  await api.linkTicket('a', 'POS-1')
  await api.createTicketAnyway('a')
  await api.signIn('right')
  await api.signOut()
  expect(backend.asked).toEqual([
    'GET /api/alerts/a',
    'POST /api/alerts/a/ticket',
    'POST /api/alerts/a/ticket/look',
    'POST /api/alerts/a/ticket/link {"key":"POS-1"}',
    'POST /api/alerts/a/ticket/create-anyway',
    'POST /api/session {"key":"right"}',
    'DELETE /api/session',
  ])
})
