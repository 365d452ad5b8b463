import type { ConnectionWord } from '../realtime/connection'
import { texts } from '../texts'

// Filled: it works. Ring: it is trying. Cross: it will not by itself.
const DISC = 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1'
const RING = `${DISC}m0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6`
const CROSS = 'M2.5 1 6 4.5 9.5 1 11 2.5 7.5 6 11 9.5 9.5 11 6 7.5 2.5 11 1 9.5 4.5 6 1 2.5z'

const MARKS: Record<ConnectionWord, { path: string; className: string }> = {
  idle: { path: RING, className: 'fill-info' },
  connecting: { path: RING, className: 'fill-info' },
  live: { path: DISC, className: 'fill-ok' },
  reconnecting: { path: RING, className: 'fill-warning' },
  polling: { path: RING, className: 'fill-warning' },
  offline: { path: CROSS, className: 'fill-critical' },
  'signed-out': { path: CROSS, className: 'fill-critical' },
  refused: { path: CROSS, className: 'fill-critical' },
}

/** The state of the live stream, as the socket tells it. */
export function ConnectionMark({ word }: { word: ConnectionWord }) {
  const { path, className } = MARKS[word]
  return (
    <span role="status" className="inline-flex items-center gap-1.5 text-xs">
      <svg viewBox="0 0 12 12" className={`size-2.5 ${className}`} fillRule="evenodd" aria-hidden="true">
        <path d={path} />
      </svg>
      {texts.connection[word]}
    </span>
  )
}
