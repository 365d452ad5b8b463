import { useEffect, useState } from 'react'
import { useConsole } from '../hooks/useConsole'
import { texts } from '../texts'

/** The list itself is no live region: one sentence at most every ten seconds is what can be listened to. */
const EVERY_MS = 10_000

export function Announcer() {
  const { list } = useConsole()
  const [said, setSaid] = useState('')
  useEffect(() => {
    const timer = setInterval(() => {
      const { count, critical } = list.takeArrivals()
      if (count > 0) setSaid(texts.announce(count, critical))
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [list])
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  )
}
