import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import { JsonView } from './JsonView'

const show = (value: unknown) => render(<JsonView label="Raw log" value={value} />)
const press = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }))

describe('a log as a tree', () => {
  it('shows its values as text, never as markup', () => {
    const { container } = show({ message: '<script>alert(1)</script>', link: 'https://evil/', ok: true, none: null })
    expect(screen.getByText('"<script>alert(1)</script>"')).toBeVisible()
    expect(container.querySelector('script, a')).toBeNull()
    expect(screen.getByText('true')).toBeVisible()
    expect(screen.getByText('null')).toBeVisible()
  })

  it('makes characters visible that would hide or turn text', () => {
    show({ 'k\u202ey': '\u001b[31mred \u202egnp.exe' })
    expect(screen.getByText('"\\u001b[31mred \\u202egnp.exe"')).toBeVisible()
    expect(screen.getByText('k\\u202ey:', { exact: false })).toBeVisible()
  })

  it('opens two levels at first; expand and collapse change all', async () => {
    show({ request: { headers: { accept: 'json' } }, items: [1] })
    expect(screen.getByText('request:', { exact: false })).toBeVisible()
    expect(screen.queryByText('"json"')).toBeNull()
    await press('Expand all')
    expect(screen.getByText('"json"')).toBeVisible()
    await press('Collapse all')
    expect(screen.queryByText('headers:', { exact: false })).toBeNull()
  })

  it('folds one branch', async () => {
    show({ request: { method: 'POST' } })
    await userEvent.click(
      screen.getByText('{ 1 member }', { exact: false, selector: 'details details > summary span' }),
    )
    expect(screen.queryByText('"POST"')).toBeNull()
  })

  it('shows wide values in steps and long texts in two', async () => {
    show({ list: Array.from({ length: 150 }, (_, index) => `item-${index}`), long: 'x'.repeat(3000) })
    await press('Expand all')
    expect(screen.queryByText('"item-149"')).toBeNull()
    await press('50 more…')
    expect(screen.getByText('"item-149"')).toBeVisible()
    await press('Show all of it')
    expect(screen.getByText(`"${'x'.repeat(3000)}"`)).toBeVisible()
  })

  it('a value nested without end does not stop the page', async () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 5000; level += 1) deep = { deep }
    show({ deep, wide: Array.from({ length: 4000 }, () => [1]) })
    await press('Expand all')
    expect(screen.queryByText('"bottom"')).toBeNull()
  })

  it('copies the whole value, or says that it could not', async () => {
    const user = userEvent.setup()
    const { unmount } = show({ a: 1 })
    await user.click(screen.getByRole('button', { name: 'Copy' }))
    expect(await screen.findByText('Copied')).toBeVisible()
    expect(await navigator.clipboard.readText()).toBe('{\n  "a": 1\n}')
    unmount()
    show({ a: 1 })
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })
    await user.click(screen.getByRole('button', { name: 'Copy' }))
    expect(await screen.findByText('Could not copy')).toBeVisible()
  })

  it('a bare value is shown as it is', () => {
    show(42)
    expect(screen.getByText('42')).toBeVisible()
  })
})
