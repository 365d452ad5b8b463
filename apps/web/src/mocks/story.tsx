import type { Decorator } from '@storybook/react-vite'
import { QueryClientProvider } from '@tanstack/react-query'
import { setupWorker } from 'msw/browser'
import { useMemo } from 'react'
import { NO_FILTER } from '../alerts/filters'
import type { AlertRow } from '../api/types'
import { ConsoleContext } from '../hooks/useConsole'
import { browserPorts } from '../realtime/browser'
import { type Console, createConsole } from '../wiring'
import { type Backend, mockBackend } from './handlers'

/** Handlers of the story that is shown. Run as its loader: `loaders: [backendOf(rows)]`; it gives `loaded.backend`. */
export function backendOf(rows: AlertRow[], prepare: (backend: Backend) => void = () => undefined) {
  return async () => {
    const { backend, handlers } = mockBackend(rows)
    prepare(backend)
    const worker = setupWorker(...handlers)
    await worker.start({ quiet: true, onUnhandledRequest: 'bypass' })
    return { backend }
  }
}

export const aStoryConsole = () => createConsole(location.origin, browserPorts(location.origin), localStorage)

/** Puts a story into the page's parts, with these alerts already known to the list. */
export const withConsole =
  (rows: AlertRow[] = []): Decorator =>
  (Story) => {
    const console: Console = useMemo(() => {
      const made = aStoryConsole()
      made.list.receive(NO_FILTER, [{ rows, total: rows.length, cursor: null, position: 'e1:0' }], Date.now())
      return made
    }, [])
    return (
      <ConsoleContext value={console}>
        <QueryClientProvider client={console.queries}>
          <Story />
        </QueryClientProvider>
      </ConsoleContext>
    )
  }
