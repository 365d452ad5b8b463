import { type FormEvent, useId, useState } from 'react'
import { useConsole } from '../hooks/useConsole'
import { texts } from '../texts'

/** Asks for the key once. The address stays, so that the reader returns to what was open. */
export function SignIn() {
  const { api, queries } = useConsole()
  const [key, setKey] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<string | null>(null)
  const field = useId()
  const hint = useId()

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(null)
    try {
      await api.signIn(key)
      await queries.invalidateQueries()
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="flex h-full items-center justify-center p-4">
      <form
        onSubmit={(event) => void submit(event)}
        className="flex w-96 flex-col gap-4 rounded-lg border border-line bg-surface p-6"
      >
        <h1 className="font-bold text-xl">{texts.session.title}</h1>
        <p id={hint} className="text-muted">
          {texts.session.why}
        </p>
        <label htmlFor={field} className="flex flex-col gap-1 font-semibold">
          {texts.session.key}
          <input
            id={field}
            type="password"
            autoComplete="current-password"
            required
            value={key}
            aria-describedby={hint}
            aria-invalid={failed !== null}
            onChange={(event) => setKey(event.target.value)}
            className="h-10 rounded-md border border-edge bg-surface px-2.5 font-mono font-normal"
          />
        </label>
        {failed !== null && (
          <p role="alert" className="rounded-md bg-critical-soft px-3 py-2 text-critical-ink">
            {failed}
          </p>
        )}
        <button
          type="submit"
          aria-disabled={busy || undefined}
          className="h-10 rounded-md bg-accent font-semibold text-on-accent hover:opacity-90"
        >
          {busy ? texts.session.busy : texts.session.submit}
        </button>
      </form>
    </main>
  )
}
