import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { NO_FILTER } from '../alerts/filters'
import { useConsole } from '../hooks/useConsole'
import { anAlert, aStatus } from '../mocks/alerts'
import type { Connection } from '../realtime/connection'
import { aConsole, renderWith } from '../test/render'
import { takeNoise } from '../test/setup'
import { AlertRow, type AlertRowProps, type RowActions } from './AlertRow'
import { Announcer } from './Announcer'
import { Banner } from './Banner'
import { Boundary } from './Boundary'
import { Empty } from './Empty'
import { SettingsMenu } from './SettingsMenu'
import { CopyableWhen, When } from './When'

const actions = (): RowActions => ({ move: vi.fn(), createTicket: vi.fn(), open: vi.fn(), focus: vi.fn() })

function showRow(over: Partial<AlertRowProps> = {}) {
  const asked = actions()
  const props = { row: anAlert(), index: 1, jira: true, href: '/alerts?alert=1', actions: asked, ...over }
  const view = render(<AlertRow {...props} />)
  return { asked, ...view, again: (next: Partial<AlertRowProps>) => view.rerender(<AlertRow {...props} {...next} />) }
}

describe('a row', () => {
  it('opens with a click anywhere, a click on its code, and Enter; a modifier leaves the link to the browser', async () => {
    const { asked } = showRow()
    await userEvent.click(screen.getByText('Critical'))
    await userEvent.click(screen.getByRole('link'))
    screen.getByRole('row').focus()
    await userEvent.keyboard('{Enter}')
    expect(asked.open).toHaveBeenCalledTimes(3)
    const stay = (event: Event) => event.preventDefault()
    addEventListener('click', stay, { capture: true })
    fireEvent.click(screen.getByRole('link'), { ctrlKey: true })
    removeEventListener('click', stay, { capture: true })
    expect(asked.open).toHaveBeenCalledTimes(3)
  })

  it('does not open for text that is being selected, nor for its buttons', async () => {
    const { asked } = showRow()
    document.getSelection()?.selectAllChildren(screen.getByText('Product sold without a price'))
    fireEvent.click(screen.getByText('Product sold without a price'))
    document.getSelection()?.removeAllRanges()
    await userEvent.click(screen.getByRole('button', { name: 'Resolve' }))
    expect(asked.open).not.toHaveBeenCalled()
    expect(asked.move).toHaveBeenCalledWith(anAlert().id, 'resolve')
  })

  it('offers what its state allows', () => {
    const { again } = showRow({ row: anAlert({ status: 'ACKNOWLEDGED' }) })
    expect(screen.getByRole('button', { name: 'Acknowledge' })).toHaveAttribute('aria-disabled', 'true')
    again({ row: anAlert({ status: 'RESOLVED' }) })
    expect(screen.getByRole('button', { name: 'Reopen' })).not.toHaveAttribute('aria-disabled')
    expect(screen.getByRole('button', { name: 'Resolve' })).toHaveAttribute('aria-disabled', 'true')
  })

  it('flashes when its status changes, and not when it is merely drawn or counted', () => {
    const { container, again } = showRow()
    again({ row: anAlert({ count: 2 }) })
    expect(container.querySelector('.flash')).toBeNull()
    again({ row: anAlert({ status: 'RESOLVED' }) })
    expect(container.querySelector('.flash')).not.toBeNull()
  })

  it('tells that it came back, that it is leaving, and that it is busy', () => {
    showRow({ row: anAlert({ regression: true }), leaving: true, busy: true })
    expect(screen.getByText('came back')).toBeVisible()
    expect(screen.getByRole('row')).toHaveClass('line-through')
    for (const button of screen.getAllByRole('button')) expect(button).toHaveAttribute('aria-busy', 'true')
  })

  it.each([
    ['pending', 'Creating…'],
    ['failed', /Jira failed/],
    ['unknown', /Jira unclear/],
  ] as const)('a ticket that is %s says so', (ticket_state, name) => {
    showRow({ row: anAlert({ ticket_state }) })
    expect(screen.getByRole('button', { name })).toBeVisible()
  })
})

describe('the banner', () => {
  const connection = (over: Partial<Connection>): Connection => ({
    ...{ word: 'reconnecting', banner: true, asOf: Date.UTC(2026, 10, 22, 14, 53, 35) },
    ...over,
  })

  it('tells how old the list is, and tries at once when asked', async () => {
    const tryNow = vi.fn()
    render(<Banner connection={connection({})} onTryNow={tryNow} />)
    expect(screen.getByRole('status')).toHaveTextContent(/Not live\. Reconnecting… This is the list as of .*53:35/)
    await userEvent.click(screen.getByRole('button', { name: 'Try now' }))
    expect(tryNow).toHaveBeenCalledTimes(1)
  })

  it.each(['connecting', 'signed-out', 'refused'] as const)('%s offers nothing to try', (word) => {
    render(<Banner connection={connection({ word, asOf: null })} onTryNow={vi.fn()} />)
    expect(screen.getByRole('status')).toHaveTextContent('Not live')
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('is not there while all is well', () => {
    const { container } = render(<Banner connection={connection({ banner: false })} onTryNow={vi.fn()} />)
    expect(container).toBeEmptyDOMElement()
  })
})

it('times follow the one clock', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 10, 0, 2) })
  render(<When at="2026-11-22T10:00:00Z" />)
  expect(screen.getByText('just now')).toHaveAttribute('dateTime', '2026-11-22T10:00:00Z')
  act(() => vi.advanceTimersByTime(8000))
  expect(screen.getByText('10 s ago')).toBeVisible()
})

it('a time can be copied in full', async () => {
  userEvent.setup()
  render(<CopyableWhen at="2026-11-22T10:00:00Z" />)
  await userEvent.click(screen.getByRole('button'))
  expect(await screen.findByText('Copied')).toBeVisible()
  expect(await navigator.clipboard.readText()).toContain('2026-11-22T10:00:00Z')
})

it('the announcer says at most every ten seconds what came', () => {
  const { console } = aConsole()
  vi.useFakeTimers()
  renderWith(console, <Announcer />)
  console.list.receive(NO_FILTER, [{ rows: [], total: 0, cursor: null, position: 'e1:1' }], 0)
  for (const id of ['a', 'b', 'c']) console.list.apply(anAlert({ id, seq: 5 }), 0)
  console.list.apply(anAlert({ id: 'd', seq: 6, severity: 'info' }), 0)
  expect(screen.queryByText(/new alert/)).toBeNull()
  act(() => vi.advanceTimersByTime(10_000))
  expect(screen.getByText('4 new alerts, 3 critical')).toBeInTheDocument()
  console.list.apply(anAlert({ id: 'e', seq: 7, severity: 'info' }), 0)
  act(() => vi.advanceTimersByTime(10_000))
  expect(screen.getByText('1 new alert')).toBeInTheDocument()
})

function Odd({ look }: { look: () => string }) {
  return <p>{look()}</p>
}

it('a part that breaks says so, and can be tried again', async () => {
  const look = vi
    .fn(() => 'whole again')
    .mockImplementation(() => {
      throw new Error('odd log')
    })
  render(
    <Boundary>
      <Odd look={look} />
    </Boundary>,
  )
  expect(screen.getByRole('alert')).toHaveTextContent('The rest still works. odd log')
  look.mockReturnValue('whole again')
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(screen.getByText('whole again')).toBeVisible()
  expect(takeNoise()).toContain('odd log')
})

describe('settings', () => {
  it('a chosen theme holds, also for the next page, and system takes it back', async () => {
    const { console } = aConsole()
    renderWith(console, <SettingsMenu signOut={null} onKeys={vi.fn()} />)
    fireEvent.click(screen.getByLabelText('Dark'))
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(aConsole().console.settings.choices()).toEqual({ theme: 'dark', letters: true })
    fireEvent.click(screen.getByLabelText('System'))
    expect(document.documentElement.dataset.theme).toBeUndefined()
  })

  it('what is stored and makes no sense is passed over', () => {
    localStorage.setItem('stacklens.settings', '{"theme":"pink"}')
    expect(aConsole().console.settings.choices()).toEqual({ theme: 'system', letters: true })
    localStorage.setItem('stacklens.settings', 'not json')
    expect(aConsole().console.settings.choices()).toEqual({ theme: 'system', letters: true })
  })

  it('a full storage keeps the choice for this tab', () => {
    const { console } = aConsole()
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    console.settings.choose({ letters: false })
    expect(console.settings.choices().letters).toBe(false)
  })
})

it('an empty list waits for the status before it says that all is well', () => {
  const { container, rerender } = render(<Empty filtered={false} status={undefined} onClear={vi.fn()} />)
  expect(container).toBeEmptyDOMElement()
  rerender(<Empty filtered={false} status={aStatus()} onClear={vi.fn()} />)
  expect(screen.getByText(/All is well/)).toBeVisible()
})

function Lost() {
  useConsole()
  return null
}

it('a component outside the page is a mistake in the code', () => {
  expect(() => render(<Lost />)).toThrow('useConsole needs a ConsoleContext above it')
  takeNoise()
})
