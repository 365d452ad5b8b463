import { QueryClientProvider } from '@tanstack/react-query'
import { Boundary } from './components/Boundary'
import { Failure } from './components/Failure'
import { ConsoleContext } from './hooks/useConsole'
import { needsKey, useSession } from './hooks/useSession'
import { AlertsDashboard } from './pages/admin/AlertsDashboard'
import { SignIn } from './pages/SignIn'
import { texts } from './texts'
import type { Console } from './wiring'

export function App({ console }: { console: Console }) {
  return (
    <ConsoleContext value={console}>
      <QueryClientProvider client={console.queries}>
        <Boundary>
          <Gate />
        </Boundary>
      </QueryClientProvider>
    </ConsoleContext>
  )
}

/** The page, or the question for the key. */
function Gate() {
  const { data: session, error, refetch } = useSession()
  if (session === undefined) {
    return (
      <main className="p-4" aria-busy={error === null}>
        {error !== null && <Failure what={texts.session.failed} error={error} onAgain={() => void refetch()} />}
      </main>
    )
  }
  return needsKey(session) ? <SignIn /> : <AlertsDashboard session={session} />
}
