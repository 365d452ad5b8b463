import { useMemo } from 'react'
import { fullTime, shortTime } from '../alerts/time'
import { useCopy } from '../hooks/useCopy'
import { useNow } from '../hooks/useNow'
import { texts } from '../texts'

/** A moment, short; hovering tells local time, UTC and ISO. */
export function When({ at }: { at: string }) {
  const short = useNow((now) => shortTime(at, now))
  const full = useMemo(() => fullTime(at), [at])
  return (
    <time dateTime={at} title={full} className="whitespace-nowrap">
      {short}
    </time>
  )
}

/** The same, and pressing it copies all three. */
export function CopyableWhen({ at }: { at: string }) {
  const [copied, copy] = useCopy()
  const said = { idle: null, copied: texts.action.copied, failed: texts.action.copyFailed }[copied]
  return (
    <button
      type="button"
      className="rounded-sm decoration-dotted underline-offset-2 hover:underline"
      onClick={() => copy(fullTime(at))}
    >
      {said ?? <When at={at} />}
    </button>
  )
}
