import { QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { onTestFinished } from 'vitest'
import { App } from '../App'
import type { AlertRow } from '../api/types'
import { ConsoleContext } from '../hooks/useConsole'
import { mockBackend } from '../mocks/handlers'
import { browserPorts } from '../realtime/browser'
import type { StreamPorts } from '../realtime/stream'
import { type Console, createConsole } from '../wiring'
import { server } from './setup'

/** The parts of a page that talk to a backend with these alerts, over msw. */
export function aConsole(rows: AlertRow[] = [], ports: StreamPorts = browserPorts(location.origin)) {
  const { backend, handlers } = mockBackend(rows)
  server.use(...handlers)
  const console = createConsole(location.origin, ports, localStorage)
  console.queries.setDefaultOptions({ queries: { ...console.queries.getDefaultOptions().queries, retryDelay: 1 } })
  onTestFinished(() => console.stream.stop())
  return { backend, console }
}

export function renderWith(console: Console, children: ReactNode) {
  return render(
    <ConsoleContext value={console}>
      <QueryClientProvider client={console.queries}>{children}</QueryClientProvider>
    </ConsoleContext>,
  )
}

/** The whole page over these alerts. Leaving the test closes its socket. */
export function renderApp(
  rows: AlertRow[] = [],
  prepare: (backend: ReturnType<typeof aConsole>['backend']) => void = () => undefined,
) {
  const { backend, console } = aConsole(rows)
  prepare(backend)
  const view = render(<App console={console} />)
  return { backend, console, ...view }
}
