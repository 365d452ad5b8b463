import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { App } from '../../App'
import { anAlert, someAlerts } from '../../mocks/alerts'
import { problem } from '../../mocks/handlers'
import { fakePorts } from '../../test/ports'
import { aConsole, renderApp } from '../../test/render'

const rows = () => screen.queryAllByRole('row').slice(1)
const codes = () => rows().map((row) => within(row).getByRole('link').textContent)
const grid = () => screen.findByRole('grid')
const live = () => screen.findByText('Live')
const scroller = () => {
  const element = document.getElementById('alerts')
  if (element === null) throw new Error('the list is not there')
  return element
}

const newAlert = (over = {}) =>
  anAlert({ id: 'new-1', issue_code: 'BRAND_NEW', seq: 900, created_at: '2026-11-22T12:00:00Z', ...over })

describe('the list', () => {
  it('shows the columns of the contract and its alerts, the newest first', async () => {
    renderApp([
      anAlert({ count: 1204 }),
      anAlert({ id: 'b', issue_code: 'UNKNOWN', created_at: '2026-11-21T10:00:00Z' }),
    ])
    await grid()
    expect(screen.getAllByRole('columnheader').map((head) => head.textContent)).toEqual([
      'ID',
      'Issue Code',
      'Severity',
      'Status',
      'Created',
      'Count',
      'Actions',
    ])
    expect(codes()).toEqual(['PRICE_MISSING', 'UNKNOWN'])
    const first = within(rows()[0] as HTMLElement)
    for (const text of ['7c9e6679', 'Critical', 'New', '1,204']) expect(first.getByText(text)).toBeVisible()
  })

  it('opens the socket at the position of the page, and says that it is live', async () => {
    const { backend } = renderApp(someAlerts(3))
    await live()
    expect(backend.asked).toContain('SOCKET ?since=e1%3A3')
  })

  it('a new alert comes on top without a reload', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    act(() => backend.emit('alert:created', newAlert()))
    await waitFor(() => expect(codes()).toEqual(['BRAND_NEW', 'PRICE_MISSING']))
  })

  it('loads further pages at its end', async () => {
    const { backend } = renderApp(someAlerts(120))
    await grid()
    fireEvent.click(screen.getByRole('button', { name: 'Load more' }))
    await screen.findByText('That is all.')
    expect(backend.asked.filter((asked) => asked.startsWith('GET /api/alerts?'))).toEqual([
      'GET /api/alerts?limit=100',
      'GET /api/alerts?cursor=100&limit=100',
    ])
  })

  it('says what failed, with the request id, and tries again', async () => {
    const { backend } = renderApp([anAlert()], ({ instead }) =>
      instead.set('GET /api/alerts', () => problem(422, 'Bad.')),
    )
    expect(await screen.findByRole('alert')).toHaveTextContent('The alerts could not be read. Bad.Request req-1')
    backend.instead.clear()
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await grid()).toBeVisible()
  })

  it('keeps the old list when reading it again fails', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    backend.instead.set('GET /api/alerts', () => problem(500, 'Broken.'))
    act(() => backend.send({ v: 1, type: 'resync', epoch: 'e1', seq: 5 }))
    expect(await screen.findByRole('alert')).toHaveTextContent('It may be out of date. Broken.')
    expect(codes()).toEqual(['PRICE_MISSING'])
  })
})

describe('while somebody reads', () => {
  it('new alerts wait, with the reason, and updates of shown rows do not', async () => {
    const { backend } = renderApp([anAlert({ count: 5 })])
    await live()
    act(() => void fireEvent.pointerEnter(scroller(), { pointerType: 'mouse' }))
    act(() => {
      backend.emit('alert:created', newAlert())
      backend.emit('alert:updated', anAlert({ seq: 901, count: 6 }))
    })
    expect(await screen.findByRole('button', { name: '1 new alert' })).toBeVisible()
    expect(screen.getByText('Held: you are in the list')).toBeVisible()
    expect(await screen.findByText('6')).toBeVisible()
    expect(codes()).toEqual(['PRICE_MISSING'])
    act(() => void fireEvent.pointerLeave(scroller()))
    await waitFor(() => expect(codes()).toEqual(['BRAND_NEW', 'PRICE_MISSING']))
  })

  it('a finger holds nothing', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    act(() => void fireEvent.pointerEnter(scroller(), { pointerType: 'touch' }))
    act(() => backend.emit('alert:created', newAlert()))
    await waitFor(() => expect(codes()).toHaveLength(2))
  })

  it('scrolling holds, and the button brings them in and goes to the top', async () => {
    const { backend } = renderApp(someAlerts(6))
    await live()
    act(() => scroller().scrollTo({ top: 400 }))
    act(() => backend.emit('alert:created', newAlert()))
    await userEvent.click(await screen.findByRole('button', { name: '1 new alert' }))
    expect(scroller().scrollTop).toBe(0)
    await waitFor(() => expect(codes()[0]).toBe('BRAND_NEW'))
  })

  it('selected text holds', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    const text = within(rows()[0] as HTMLElement).getByText('Product sold without a price')
    act(() => {
      document.getSelection()?.selectAllChildren(text)
      document.dispatchEvent(new Event('selectionchange'))
    })
    act(() => backend.emit('alert:created', newAlert()))
    expect(await screen.findByText('Held: text is selected')).toBeVisible()
    document.getSelection()?.removeAllRanges()
  })

  it('pausing holds until it is resumed, and the tab says so', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    await userEvent.click(screen.getByRole('button', { name: 'Pause' }))
    expect(document.title).toBe('⏸ (1) Alerts · StackLens')
    act(() => backend.emit('alert:created', newAlert()))
    await screen.findByRole('button', { name: '1 new alert' })
    await userEvent.click(screen.getByRole('button', { name: 'Resume' }))
    await waitFor(() => expect(codes()).toHaveLength(2))
    expect(document.title).toBe('(1) Alerts · StackLens')
  })
})

describe('filters', () => {
  it('are in the address and are sent to the server; back undoes them', async () => {
    const { backend } = renderApp([anAlert(), anAlert({ id: 'b', severity: 'info', issue_code: 'QUIET' })])
    await grid()
    await userEvent.click(screen.getByRole('button', { name: 'Info' }))
    await waitFor(() => expect(codes()).toEqual(['QUIET']))
    expect(location.search).toBe('?severity=info')
    expect(backend.asked).toContain('GET /api/alerts?severity=info&limit=100')
    act(() => history.back())
    await waitFor(() => expect(codes()).toHaveLength(2))
  })

  it('are read from the address', async () => {
    history.replaceState(null, '', '/alerts?status=RESOLVED')
    renderApp([anAlert(), anAlert({ id: 'b', status: 'RESOLVED', issue_code: 'DONE' })])
    await grid()
    expect(codes()).toEqual(['DONE'])
    expect(screen.getByRole('button', { name: 'Resolved', pressed: true })).toBeVisible()
  })

  it('search waits for a rest in typing', async () => {
    const { backend } = renderApp([anAlert(), anAlert({ id: 'b', title: 'Card reader', issue_code: 'CARD' })])
    await grid()
    await userEvent.type(screen.getByRole('searchbox'), 'reader')
    await waitFor(() => expect(codes()).toEqual(['CARD']))
    expect(backend.asked.filter((asked) => asked.includes('q='))).toEqual(['GET /api/alerts?q=reader&limit=100'])
    expect(location.search).toBe('?q=reader')
  })

  it('a live alert that does not match is not shown', async () => {
    history.replaceState(null, '', '/alerts?severity=critical')
    const { backend } = renderApp([anAlert()])
    await live()
    act(() => {
      backend.emit('alert:created', newAlert({ severity: 'info' }))
      backend.emit('alert:updated', anAlert({ seq: 950, count: 77 }))
    })
    expect(await screen.findByText('77')).toBeVisible()
    expect(codes()).toEqual(['PRICE_MISSING'])
  })

  it('that hide everything can be cleared', async () => {
    history.replaceState(null, '', '/alerts?severity=info&q=zebra')
    renderApp([anAlert()])
    expect(await screen.findByText('No alert matches these filters.')).toBeVisible()
    await userEvent.click(screen.getAllByRole('button', { name: 'Clear filters' })[0] as HTMLElement)
    expect(await grid()).toBeVisible()
    expect(screen.getByRole('searchbox')).toHaveValue('')
  })
})

describe('without alerts', () => {
  it('all is well when logs come in', async () => {
    renderApp([])
    expect(await screen.findByText('No open alerts. All is well.')).toBeVisible()
  })

  it('a new install says how to send the first event', async () => {
    renderApp([], (backend) => {
      backend.status = { last_event_at: null }
    })
    expect(await screen.findByText('No logs have come in yet.')).toBeVisible()
    expect(screen.getByText(/curl .*\/api\/logs\/ingest/)).toBeVisible()
    expect(screen.getByRole('link', { name: 'http://127.0.0.1:3001' })).toBeVisible()
  })
})

describe('actions', () => {
  it('acknowledge is done at once and can be undone', async () => {
    const { backend } = renderApp([anAlert()])
    await grid()
    await userEvent.click(screen.getByRole('button', { name: 'Acknowledge' }))
    expect(await screen.findByText('Acknowledged PRICE_MISSING')).toBeVisible()
    expect(within(rows()[0] as HTMLElement).getByText('Acknowledged')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(within(rows()[0] as HTMLElement).getByText('New')).toBeVisible())
    expect(backend.asked).toContain('POST /api/alerts/7c9e6679-7425-40de-944b-e07fc1f90ae7/reopen')
  })

  it('a double click acts once', async () => {
    const { backend } = renderApp([anAlert({ status: 'RESOLVED' })])
    await grid()
    await userEvent.dblClick(screen.getByRole('button', { name: 'Reopen' }))
    await screen.findByText('Reopened PRICE_MISSING')
    expect(backend.asked.filter((asked) => asked.startsWith('POST'))).toHaveLength(1)
  })

  it('a ticket goes from asked for to its key', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    await userEvent.click(screen.getByRole('button', { name: 'Create Jira' }))
    expect(await screen.findByRole('button', { name: 'Creating…' })).toHaveAttribute('aria-disabled', 'true')
    const made = { ticket_state: 'created', jira_issue_key: 'POS-7', jira_url: 'http://jira/browse/POS-7' } as const
    act(() => backend.emit('alert:updated', anAlert({ seq: 950, version: 5, ...made })))
    expect(await screen.findByRole('link', { name: /POS-7/ })).toHaveAttribute('href', 'http://jira/browse/POS-7')
  })

  it('without a Jira the button says why it does nothing', async () => {
    const { backend } = renderApp([anAlert()], (prepared) => {
      prepared.session = { ...prepared.session, jira: { configured: false } }
    })
    await grid()
    const button = screen.getByRole('button', { name: 'Create Jira' })
    expect(button).toHaveAttribute('title', expect.stringContaining('JIRA_BASE_URL'))
    await userEvent.click(button)
    expect(backend.asked.some((asked) => asked.startsWith('POST'))).toBe(false)
  })
})

describe('the connection', () => {
  it('lost: the word at once, the banner with the time after two seconds, and both go when it is back', async () => {
    const { backend, console } = renderApp([anAlert()])
    await live()
    const timers = vi.spyOn(Math, 'random').mockReturnValue(0.999)
    act(() => backend.drop(1012))
    expect(await screen.findByText('Reconnecting')).toBeVisible()
    act(() => console.stream.retryNow())
    await live()
    expect(screen.queryByText(/Not live/)).toBeNull()
    timers.mockRestore()
  })

  it('lost for long: the list is read every 15 seconds, the page says so, and its button tries at once', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true })
    const { ports, last, sockets } = fakePorts()
    const { backend, console } = aConsole([anAlert()], ports)
    render(<App console={console} />)
    await grid()
    await waitFor(() => expect(sockets).toHaveLength(1))
    for (let failure = 0; failure < 4; failure += 1) {
      act(() => last().drops())
      await act(() => vi.advanceTimersByTimeAsync(10_000))
    }
    act(() => last().drops())
    backend.rows = [newAlert(), anAlert()]
    await act(() => vi.advanceTimersByTimeAsync(15_500))
    await waitFor(() => expect(codes()).toEqual(['BRAND_NEW', 'PRICE_MISSING']))
    expect(screen.getByText('Polling')).toBeVisible()
    expect(screen.getByText(/Reading the list every 15 seconds/)).toBeVisible()
    act(() => last().drops())
    const before = sockets.length
    fireEvent.click(screen.getByRole('button', { name: 'Try now' }))
    expect(sockets).toHaveLength(before + 1)
    act(() => last().hello())
    expect(screen.getByText('Live')).toBeVisible()
    expect(screen.queryByText(/Not live/)).toBeNull()
  })

  it('a stream that began anew is read anew', async () => {
    const { backend } = renderApp([anAlert()])
    await live()
    backend.rows = [anAlert({ id: 'z', issue_code: 'OTHER_WORLD', seq: 1 })]
    act(() => backend.send({ v: 1, type: 'resync', epoch: 'e2', seq: 1 }))
    await waitFor(() => expect(codes()).toEqual(['OTHER_WORLD']))
  })

  it('a newer server offers a reload, and does not do it by itself', async () => {
    renderApp([anAlert()], (backend) => {
      backend.session = { ...backend.session, build: 'build-0' }
    })
    expect(await screen.findByText('A new version is ready.')).toBeInTheDocument()
  })
})

describe('the key', () => {
  const locked = (backend: ReturnType<typeof renderApp>['backend']) => {
    backend.session = { ...backend.session, required: true, authenticated: false }
  }

  it('is asked for once, and a wrong one is told', async () => {
    const { backend } = renderApp([anAlert()], locked)
    await userEvent.type(await screen.findByLabelText('Key'), 'wrong{Enter}')
    expect(await screen.findByRole('alert')).toHaveTextContent('This is not the key.')
    await userEvent.clear(screen.getByLabelText('Key'))
    await userEvent.type(screen.getByLabelText('Key'), 'right{Enter}')
    expect(await grid()).toBeVisible()
    expect(backend.asked).toContain('POST /api/session {"key":"right"}')
    expect(JSON.stringify({ ...localStorage })).not.toContain('right')
  })

  it('an ended session asks again and returns to what was open', async () => {
    history.replaceState(null, '', '/alerts?severity=critical')
    const { backend } = renderApp([anAlert()], (prepared) => {
      prepared.session = { ...prepared.session, required: true }
    })
    await live()
    act(() => backend.drop(4401))
    await userEvent.type(await screen.findByLabelText('Key'), 'right{Enter}')
    await live()
    expect(location.search).toBe('?severity=critical')
    expect(codes()).toEqual(['PRICE_MISSING'])
  })

  it('signing out ends the stream', async () => {
    const { backend, console } = renderApp([anAlert()], (prepared) => {
      prepared.session = { ...prepared.session, required: true }
    })
    await live()
    fireEvent.click(screen.getByText('Sign out'))
    expect(await screen.findByLabelText('Key')).toBeVisible()
    expect(backend.asked).toContain('DELETE /api/session')
    expect(console.stream.state().phase).toBe('idle')
  })

  it('a server that does not answer is said, and tried again', async () => {
    const { backend } = renderApp([anAlert()], ({ instead }) =>
      instead.set('GET /api/session', () => problem(404, 'Gone.')),
    )
    expect(await screen.findByRole('alert')).toHaveTextContent('StackLens does not answer. Gone.')
    backend.instead.clear()
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await grid()).toBeVisible()
  })
})
