import { describe, expect, it, vi } from 'vitest'
import type { AlertRow } from '../api/types'
import { anAlert, aTicket } from '../mocks/alerts'
import { problem } from '../mocks/handlers'
import { aConsole } from '../test/render'
import { can, wayBack } from './actions'
import { NO_FILTER } from './filters'

const id = 'a1'

async function setUp(over: Partial<AlertRow> = {}) {
  const { console, backend } = aConsole([anAlert({ id, ...over })])
  const page = await console.api.listAlerts({})
  console.list.receive(NO_FILTER, [page], 0)
  backend.asked.length = 0
  const shown = () => console.rows.view(id)
  const toast = () => console.toasts.all().at(-1)
  return { ...console, backend, shown, toast, status: () => shown()?.row.status }
}

describe('a move', () => {
  it('is shown at once and kept when the server agrees', async () => {
    const { actions, shown, status, toast } = await setUp()
    const done = actions.move(id, 'acknowledge')
    expect(shown()).toMatchObject({ busy: true, row: { status: 'ACKNOWLEDGED' } })
    await done
    expect(shown()).toMatchObject({ busy: false, row: { version: 2 } })
    expect(status()).toBe('ACKNOWLEDGED')
    expect(toast()).toMatchObject({ tone: 'done', text: 'Acknowledged PRICE_MISSING' })
  })

  it('waits for the one before on the same alert, and Undo for both', async () => {
    const { actions, status, backend } = await setUp()
    await Promise.all([actions.move(id, 'acknowledge'), actions.move(id, 'resolve'), actions.undo()])
    const verbs = ['acknowledge', 'resolve', 'reopen', 'acknowledge']
    const asked = verbs.map((verb) => `POST /api/alerts/a1/${verb}`)
    await vi.waitFor(() => expect(backend.asked).toEqual(asked))
    await vi.waitFor(() => expect(status()).toBe('ACKNOWLEDGED'))
  })

  it('is taken back when the server fails, says why, and can be tried again', async () => {
    const { actions, status, toast, backend, toasts } = await setUp()
    backend.instead.set('POST /api/alerts/a1/resolve', () => problem(503, 'The database does not answer.'))
    await actions.move(id, 'resolve')
    expect(status()).toBe('NEW')
    expect(toast()).toMatchObject({ tone: 'failed', text: 'Resolve did not work. The database does not answer.' })
    backend.instead.clear()
    const again = toast()
    if (again) toasts.run(again)
    await vi.waitFor(() => expect(status()).toBe('RESOLVED'))
  })

  it('that came too late shows the alert as it is now', async () => {
    const { actions, status, toast, backend } = await setUp()
    const present = anAlert({ id, status: 'RESOLVED', version: 9, seq: 50, resolved_at: new Date().toISOString() })
    backend.instead.set('POST /api/alerts/a1/acknowledge', () => problem(409, 'changed', { alert: present }))
    await actions.move(id, 'acknowledge')
    expect(status()).toBe('RESOLVED')
    expect(toast()?.text).toBe('Not done: this alert changed before your click. It is now Resolved, just now.')
    expect(toast()?.act).toBeUndefined()
  })

  it('that lost against a reopening says so without a time', async () => {
    const { actions, toast, backend } = await setUp({ status: 'ACKNOWLEDGED' })
    const present = anAlert({ id, version: 9, seq: 50 })
    backend.instead.set('POST /api/alerts/a1/resolve', () => problem(409, 'changed', { alert: present }))
    await actions.move(id, 'resolve')
    expect(toast()?.text).toBe('Not done: this alert changed before your click. It is now New.')
  })

  it('is not sent when its state does not allow it, while another is under way, or for an unknown alert', async () => {
    const { actions, backend } = await setUp()
    await actions.move(id, 'reopen')
    await actions.move('nobody', 'resolve')
    const first = actions.move(id, 'resolve')
    await actions.move(id, 'acknowledge')
    await first
    expect(backend.asked).toEqual(['POST /api/alerts/a1/resolve'])
  })

  it('can be undone, also over two steps', async () => {
    const { actions, backend, status, toasts } = await setUp({ status: 'ACKNOWLEDGED' })
    await actions.move(id, 'resolve')
    toasts.undoLast()
    await vi.waitFor(() => expect(status()).toBe('ACKNOWLEDGED'))
    expect(backend.asked.slice(1)).toEqual(['POST /api/alerts/a1/reopen', 'POST /api/alerts/a1/acknowledge'])
    toasts.undoLast()
    expect(backend.asked).toHaveLength(3)
  })

  it('an undo that fails ends there', async () => {
    const { actions, backend, toasts, toast } = await setUp({ status: 'ACKNOWLEDGED' })
    await actions.move(id, 'resolve')
    backend.instead.set('POST /api/alerts/a1/reopen', () => problem(500, 'no'))
    toasts.undoLast()
    await vi.waitFor(() => expect(toast()?.tone).toBe('failed'))
    expect(backend.asked).toHaveLength(2)
  })
})

describe('a ticket', () => {
  it('is pending at once, and then what the server says', async () => {
    const { actions, shown } = await setUp()
    const done = actions.createTicket(id)
    expect(shown()).toMatchObject({ busy: true, row: { ticket_state: 'pending' } })
    await done
    expect(shown()).toMatchObject({ busy: false, row: { ticket_state: 'pending' } })
  })

  it('is asked for once, however often it is pressed', async () => {
    const { actions, backend } = await setUp()
    await Promise.all([actions.createTicket(id), actions.createTicket(id), actions.createTicket('nobody')])
    expect(backend.asked).toEqual(['POST /api/alerts/a1/ticket'])
  })

  it('the answer does not overwrite what the stream told meanwhile', async () => {
    const { actions, list, shown } = await setUp()
    const done = actions.createTicket(id)
    list.apply(anAlert({ id, seq: 9, version: 3, ticket_state: 'created', jira_issue_key: 'POS-1' }), 0)
    await done
    expect(shown()?.row).toMatchObject({ ticket_state: 'created', jira_issue_key: 'POS-1' })
  })

  it('is taken back when it is refused, with the reason', async () => {
    const { actions, backend, shown, toast } = await setUp()
    backend.instead.set('POST /api/alerts/a1/ticket', () => problem(409, 'Set JIRA_BASE_URL.'))
    await actions.createTicket(id)
    expect(shown()?.row.ticket_state).toBeNull()
    expect(toast()).toMatchObject({ text: 'Create Jira did not work. Set JIRA_BASE_URL.' })
    expect(toast()?.act).toBeUndefined()
  })

  it('a failure to ask can be tried again', async () => {
    const { actions, backend, toasts, toast, shown } = await setUp()
    backend.instead.set('POST /api/alerts/a1/ticket', () => problem(503, 'Later.'))
    await actions.createTicket(id)
    backend.instead.clear()
    const again = toast()
    if (again) toasts.run(again)
    await vi.waitFor(() => expect(shown()?.row.ticket_state).toBe('pending'))
  })

  it.each([
    ['look', 'POST /api/alerts/a1/ticket/look'],
    ['link', 'POST /api/alerts/a1/ticket/link {"key":"POS-9"}'],
    ['anyway', 'POST /api/alerts/a1/ticket/create-anyway'],
  ])('that is unclear: %s', async (how, asked) => {
    const { actions, backend, shown } = await setUp({ ticket_state: 'unknown' })
    backend.instead.set(asked.split(' ').slice(0, 2).join(' '), () =>
      Response.json(aTicket({ alert_id: id, state: 'created', key: 'POS-9', url: 'https://jira/POS-9' })),
    )
    const run = {
      look: () => actions.lookForTicket(id),
      link: () => actions.linkTicket(id, 'POS-9'),
      anyway: () => actions.createTicketAnyway(id),
    }
    await run[how as keyof typeof run]()
    expect(backend.asked).toEqual([asked])
    expect(shown()?.row).toMatchObject({ ticket_state: 'created', jira_issue_key: 'POS-9' })
  })
})

it.each([
  ['NEW', [true, true, false]],
  ['ACKNOWLEDGED', [false, true, true]],
  ['RESOLVED', [false, false, true]],
] as const)('an alert that is %s allows acknowledge, resolve, reopen: %s', (status, allowed) => {
  expect((['acknowledge', 'resolve', 'reopen'] as const).map((move) => can(move, status))).toEqual(allowed)
})

it('there is a way back from every state to every other', () => {
  expect(wayBack('ACKNOWLEDGED', 'NEW')).toEqual(['reopen'])
  expect(wayBack('NEW', 'ACKNOWLEDGED')).toEqual(['acknowledge'])
  expect(wayBack('NEW', 'RESOLVED')).toEqual(['resolve'])
  expect(wayBack('RESOLVED', 'ACKNOWLEDGED')).toEqual(['reopen', 'acknowledge'])
  expect(wayBack('NEW', 'NEW')).toEqual([])
})

it('messages go by themselves after ten seconds, and no more than four stand', async () => {
  const { toasts } = await setUp()
  vi.useFakeTimers()
  for (const text of ['1', '2', '3', '4', '5']) toasts.show({ text, tone: 'done' })
  expect(toasts.all().map(({ text }) => text)).toEqual(['2', '3', '4', '5'])
  vi.advanceTimersByTime(10_000)
  expect(toasts.all()).toEqual([])
})
