import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { anAlert, someAlerts } from '../../mocks/alerts'
import { renderApp } from '../../test/render'

const press = (keys: string) => userEvent.keyboard(keys)
const focused = () => document.activeElement?.getAttribute('data-alert')
const moves = (asked: readonly string[]) => asked.filter((one) => one.startsWith('POST'))

// The rows of jsdom have no place on the screen: all of them lie at its top, so all of them are in view.
beforeEach(() => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue({ top: 0, bottom: 1 } as DOMRect)
  // jsdom does not know a focus that came by keyboard from another one; here every focus does.
  const { matches } = Element.prototype
  vi.spyOn(Element.prototype, 'matches').mockImplementation(function (this: Element, selector) {
    return matches.call(this, selector.replace(':focus-visible', ':focus'))
  })
})

async function openPage(...args: Parameters<typeof renderApp>) {
  const page = renderApp(...args)
  await screen.findByText('Live')
  return page
}

describe('keys', () => {
  it('j, k and the arrows move, and stop at the ends', async () => {
    await openPage(someAlerts(3))
    await press('j')
    await waitFor(() => expect(focused()).toBe('alert-1'))
    await press('j{ArrowDown}j')
    await waitFor(() => expect(focused()).toBe('alert-3'))
    await press('k{ArrowUp}k')
    await waitFor(() => expect(focused()).toBe('alert-1'))
  })

  it('the cursor stays on its alert when others come in above', async () => {
    const { backend } = await openPage(someAlerts(2))
    await press('j')
    await waitFor(() => expect(focused()).toBe('alert-1'))
    act(() => backend.emit('alert:created', anAlert({ id: 'n', seq: 90, created_at: '2026-11-23T10:00:00Z' })))
    await press('.')
    await waitFor(() => expect(document.querySelectorAll('[data-alert]')).toHaveLength(3))
    await press('a')
    await waitFor(() => expect(moves(backend.asked)).toEqual(['POST /api/alerts/alert-1/acknowledge']))
  })

  it('Enter and o open, a, e and c act, u undoes', async () => {
    const { backend } = await openPage([anAlert({ id: 'a1' })])
    await press('j')
    await waitFor(() => expect(focused()).toBe('a1'))
    await press('{Enter}')
    expect(await screen.findByRole('complementary')).toBeVisible()
    await press('{Escape}')
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
    await press('o')
    expect(await screen.findByRole('complementary')).toBeVisible()
    await press('e')
    await screen.findByText('Resolved PRICE_MISSING')
    await press('u')
    await waitFor(() => expect(moves(backend.asked)).toHaveLength(2))
    await waitFor(() => expect(screen.queryByText('Resolved PRICE_MISSING')).toBeNull())
    await press('c')
    await waitFor(() => expect(moves(backend.asked).at(-1)).toBe('POST /api/alerts/a1/ticket'))
  })

  it('Space pauses, but presses the button that has the focus', async () => {
    await openPage([anAlert()])
    await press(' ')
    expect(screen.getByRole('button', { name: 'Resume' })).toBeVisible()
    screen.getByRole('button', { name: 'Critical' }).focus()
    await press(' ')
    expect(screen.getByRole('button', { name: 'Resume' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'Critical', pressed: true })).toBeVisible()
  })

  it('the slash goes to the search, where letters are letters, and Esc leaves it', async () => {
    const { backend } = await openPage([anAlert({ title: 'jake' })])
    await press('/')
    expect(screen.getByRole('searchbox')).toHaveFocus()
    await press('jake')
    expect(screen.getByRole('searchbox')).toHaveValue('jake')
    await press('{Escape}')
    expect(screen.getByRole('searchbox')).not.toHaveFocus()
    expect(moves(backend.asked)).toEqual([])
  })

  it('with Ctrl, Alt or Cmd they are the browser’s, and while composing the keyboard’s', async () => {
    const { backend } = await openPage([anAlert({ id: 'a1' })])
    await press('j')
    await waitFor(() => expect(focused()).toBe('a1'))
    await press('{Control>}a{/Control}{Alt>}a{/Alt}{Meta>}a{/Meta}')
    fireEvent.keyDown(document, { key: 'a', isComposing: true })
    expect(moves(backend.asked)).toEqual([])
  })

  it('letters can be switched off; arrows and Enter stay', async () => {
    const { backend } = await openPage([anAlert({ id: 'a1' })])
    fireEvent.click(screen.getByLabelText('Single-key shortcuts'))
    await press('{ArrowDown}')
    await waitFor(() => expect(focused()).toBe('a1'))
    await press('a')
    expect(moves(backend.asked)).toEqual([])
    expect(JSON.parse(localStorage.getItem('stacklens.settings') ?? '')).toEqual({ theme: 'system', letters: false })
    fireEvent.click(screen.getByText('Keyboard shortcuts'))
    expect(await screen.findByText(/are switched off/)).toBeInTheDocument()
  })

  it('the question mark lists them', async () => {
    await openPage([anAlert()])
    await press('?')
    expect(await screen.findByRole('dialog', { name: 'Keyboard' })).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Keyboard' })).toBeNull())
  })

  it('keyboard focus in the list holds new alerts, and leaving it lets them in', async () => {
    const { backend } = await openPage(someAlerts(1))
    await press('j')
    await waitFor(() => expect(focused()).toBe('alert-1'))
    act(() => backend.emit('alert:created', anAlert({ id: 'n', seq: 90, created_at: '2026-11-23T10:00:00Z' })))
    expect(await screen.findByText('Held: you are in the list')).toBeVisible()
    act(() => screen.getByRole('searchbox').focus())
    await waitFor(() => expect(document.querySelectorAll('[data-alert]')).toHaveLength(2))
  })
})
