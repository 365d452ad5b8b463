import { clockTime } from '../alerts/time'
import type { Connection } from '../realtime/connection'
import { texts } from '../texts'
import { Button } from './Button'

/** Says across the list that it is not live, and how old it is. Nothing while it is live. */
export function Banner({ connection, onTryNow }: { connection: Connection; onTryNow: () => void }) {
  const { word, banner, asOf } = connection
  if (!banner || word === 'live' || word === 'idle') return null
  const mayTry = word === 'reconnecting' || word === 'polling' || word === 'offline'
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 rounded-lg border-2 border-warning bg-warning-soft px-3 py-1.5 font-medium text-warning-ink"
    >
      <p>
        {texts.connection.banner[word]} {asOf !== null && texts.connection.asOf(clockTime(asOf))}
      </p>
      {mayTry && (
        <Button size="small" onPress={onTryNow}>
          {texts.connection.tryNow}
        </Button>
      )}
    </div>
  )
}
