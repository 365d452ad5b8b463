import { ApiError } from '../api/client'
import { texts } from '../texts'
import { Button } from './Button'

/** What failed, in the server's words, with its request id and a way to try again. */
export function Failure({ what, error, onAgain }: { what: string; error: Error; onAgain: () => void }) {
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md bg-critical-soft p-3 text-critical-ink"
    >
      <p className="grow">
        {what} {error.message}
        {requestId !== null && (
          <span className="block font-mono text-xs">
            {texts.errors.requestId} {requestId}
          </span>
        )}
      </p>
      <Button onPress={onAgain}>{texts.action.again}</Button>
    </div>
  )
}
