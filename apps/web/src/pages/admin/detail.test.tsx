import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import type { AlertRow } from '../../api/types'
import { anAlert, aTicket, someAlerts } from '../../mocks/alerts'
import { problem } from '../../mocks/handlers'
import { renderApp } from '../../test/render'

const pane = () => screen.findByRole('complementary', { name: 'Alert' })
const row = (id: string) => {
  const found = document.querySelector<HTMLElement>(`[data-alert="${id}"]`)
  if (found === null) throw new Error(`${id} is not in the list`)
  return found
}

async function openFirst(over: Partial<AlertRow> = {}, prepare: Parameters<typeof renderApp>[1] = () => undefined) {
  const page = renderApp([anAlert({ id: 'a1', ...over })], prepare)
  await screen.findByText('Live')
  await userEvent.click(within(row('a1')).getByRole('link', { name: 'PRICE_MISSING' }))
  const detail = within(await pane())
  await detail.findByText('Opened')
  return { ...page, detail }
}

describe('the detail of an alert', () => {
  it('tells what happened, what to do and how sure we are', async () => {
    const { detail } = await openFirst({ group: { product_id: 'p2', store_id: null }, episode: 2, count: 12 })
    expect(detail.getByRole('heading', { level: 2 })).toHaveFocus()
    expect(location.search).toBe('?alert=a1')
    for (const text of ['p2', 'none', 'pos-demo', '2 (came back after it was resolved)', '95% High'])
      expect(detail.getByText(text)).toBeVisible()
    expect(detail.getByText(/Update product pricing/)).toBeVisible()
    expect(detail.getByText(/seen 12 times, last/)).toBeVisible()
  })

  it('opens from its address, also from the short one', async () => {
    history.replaceState(null, '', '/alerts/a1')
    renderApp([anAlert({ id: 'a1' })])
    expect(await within(await pane()).findByText(/Update product pricing/)).toBeVisible()
  })

  it('is there for an alert outside the list', async () => {
    history.replaceState(null, '', '/alerts?severity=info&alert=a1')
    renderApp([anAlert({ id: 'a1' })])
    expect(await within(await pane()).findByText(/Update product pricing/)).toBeVisible()
    expect(screen.queryByRole('row')).toBeNull()
  })

  it('says that an alert is gone', async () => {
    history.replaceState(null, '', '/alerts?alert=nobody')
    renderApp([anAlert()])
    expect(await screen.findByText('There is no such alert (any more).')).toBeVisible()
  })

  it('keeps what the list knows when it cannot be read', async () => {
    renderApp([anAlert({ id: 'a1' })], ({ instead }) => instead.set('GET /api/alerts/a1', () => problem(403, 'No.')))
    await screen.findByText('Live')
    await userEvent.click(row('a1'))
    const detail = within(await pane())
    expect(await detail.findByRole('alert')).toHaveTextContent('This alert could not be read. No.')
    expect(detail.getByText(/Update product pricing/)).toBeVisible()
  })

  it('closes with Esc, and the focus goes back to its row', async () => {
    await openFirst()
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
    await waitFor(() => expect(row('a1')).toHaveFocus())
  })

  it('goes to the next and the previous alert of the list', async () => {
    renderApp(someAlerts(2))
    await screen.findByText('Live')
    await userEvent.click(row('alert-1'))
    const detail = within(await pane())
    expect(detail.getByRole('button', { name: 'Previous alert' })).toHaveAttribute('aria-disabled')
    await userEvent.click(detail.getByRole('button', { name: 'Next alert' }))
    await waitFor(() => expect(location.search).toBe('?alert=alert-2'))
    await userEvent.keyboard('[[')
    await waitFor(() => expect(location.search).toBe('?alert=alert-1'))
    await userEvent.keyboard(']')
    await waitFor(() => expect(location.search).toBe('?alert=alert-2'))
    await userEvent.keyboard('k')
    await waitFor(() => expect(location.search).toBe('?alert=alert-1'))
  })

  it('is read again when the alert changes', async () => {
    const { backend, detail } = await openFirst()
    backend.asked.length = 0
    act(() => backend.emit('alert:updated', anAlert({ id: 'a1', seq: 50, version: 2, status: 'RESOLVED' })))
    await waitFor(() => expect(backend.asked).toContain('GET /api/alerts/a1'))
    expect(detail.getByText('Resolved')).toBeVisible()
  })

  it('new alerts wait while it is open', async () => {
    const { backend } = await openFirst()
    act(() => backend.emit('alert:created', anAlert({ id: 'n', seq: 60, created_at: '2026-11-23T10:00:00Z' })))
    expect(await screen.findByText('Held: an alert is open')).toBeVisible()
  })

  it('moves the alert with its own buttons', async () => {
    const { detail } = await openFirst()
    await userEvent.click(detail.getByRole('button', { name: 'Resolve' }))
    expect(await screen.findByText('Resolved PRICE_MISSING')).toBeVisible()
    expect(detail.getByRole('button', { name: 'Resolve' })).toHaveAttribute('aria-disabled')
    await userEvent.click(detail.getByRole('button', { name: 'Reopen' }))
    expect(await screen.findByText('Reopened PRICE_MISSING')).toBeVisible()
  })

  it('copies from the data', async () => {
    const { detail } = await openFirst()
    userEvent.setup()
    await userEvent.click(detail.getByRole('button', { name: 'Copy id' }))
    expect(await navigator.clipboard.readText()).toBe('a1')
    await userEvent.click(detail.getByRole('button', { name: 'Copy link' }))
    expect(await navigator.clipboard.readText()).toBe(`${location.origin}/alerts/a1`)
    await userEvent.click(detail.getByRole('button', { name: 'Copy' }))
    expect(JSON.parse(await navigator.clipboard.readText())).toEqual(anAlert().raw_log)
  })

  it('shows samples when they are opened, and changes with who made them', async () => {
    const { detail } = await openFirst()
    await userEvent.click(detail.getByText('0/41'))
    expect(detail.getAllByText('"Product price is null"')).toHaveLength(2)
    expect(detail.getByText(/^StackLens ·/)).toBeVisible()
  })
})

describe('the ticket in the detail', () => {
  const withTicket = (ticket: Parameters<typeof aTicket>[0]) =>
    openFirst(
      { ticket_state: ticket?.state ?? null, jira_issue_key: ticket?.key ?? null, jira_url: ticket?.url ?? null },
      (backend) => backend.tickets.set('a1', aTicket({ alert_id: 'a1', ...ticket })),
    )

  it('that failed shows the words of Jira, and can be tried again', async () => {
    const { detail, backend } = await withTicket({ state: 'failed', error: 'project: valid project is required' })
    expect(detail.getByText('project: valid project is required')).toBeVisible()
    await userEvent.click(detail.getByRole('button', { name: 'Try again' }))
    expect(await detail.findByText(/Asked for/)).toBeVisible()
    expect(backend.asked).toContain('POST /api/alerts/a1/ticket')
  })

  it('that is pending tells attempts and the next one', async () => {
    const { detail } = await withTicket({
      state: 'pending',
      attempts: 2,
      next_attempt_at: '2026-11-22T10:05:00Z',
      error: '503',
    })
    expect(detail.getByText(/2 attempts so far · Next attempt/)).toBeVisible()
    expect(detail.getByText('503')).toBeVisible()
  })

  it('that was created is a link that says when it was asked for', async () => {
    const { detail } = await withTicket({ state: 'created', key: 'POS-4', url: 'http://jira/browse/POS-4' })
    const [link] = detail.getAllByRole('link', { name: /POS-4/ })
    expect(link).toHaveAttribute('href', 'http://jira/browse/POS-4')
    expect(detail.getByText(/Ticket asked for/)).toBeVisible()
  })

  it('without an address is only its key', async () => {
    const { detail } = await withTicket({ state: 'created', key: 'POS-4', url: 'javascript:alert(1)' })
    expect(detail.queryByRole('link', { name: /POS-4/ })).toBeNull()
    expect(detail.getAllByText('POS-4')[0]).toBeVisible()
  })

  it.each([
    ['Look again', 'POST /api/alerts/a1/ticket/look'],
    ['Create anyway', 'POST /api/alerts/a1/ticket/create-anyway'],
  ])('that is unclear: "%s"', async (name, asked) => {
    const { detail, backend } = await withTicket({ state: 'unknown', error: 'read timed out' })
    expect(detail.getByText('read timed out')).toBeVisible()
    await userEvent.click(detail.getByRole('button', { name }))
    await waitFor(() => expect(backend.asked).toContain(asked))
  })

  it('that is unclear can be linked by its key', async () => {
    const { detail, backend } = await withTicket({ state: 'unknown' })
    await userEvent.click(detail.getByRole('button', { name: 'Link this key' }))
    await userEvent.type(detail.getByLabelText('Ticket key'), ' POS-12 {Enter}')
    await waitFor(() => expect(backend.asked).toContain('POST /api/alerts/a1/ticket/link {"key":"POS-12"}'))
    expect(backend.asked.filter((asked) => asked.includes('link'))).toHaveLength(1)
  })

  it('says why there is none, and makes one', async () => {
    const { detail, backend } = await openFirst()
    expect(detail.getByText('No ticket yet.')).toBeVisible()
    await userEvent.click(detail.getByRole('button', { name: 'Create Jira' }))
    await waitFor(() => expect(backend.asked).toContain('POST /api/alerts/a1/ticket'))
  })

  it('the row of a failed ticket leads to its reason', async () => {
    renderApp([anAlert({ id: 'a1', ticket_state: 'failed' })])
    await userEvent.click(await screen.findByRole('button', { name: /Jira failed/ }))
    const detail = within(await pane())
    await userEvent.click(detail.getByRole('button', { name: /Jira failed/ }))
    expect(detail.getByText(/Jira did not create the ticket/)).toBeVisible()
  })
})
