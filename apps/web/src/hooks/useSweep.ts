import { useEffect } from 'react'
import { useConsole } from './useConsole'

const EVERY_MS = 1000

/** Takes rows that no longer match out of the list when their time is over. */
export function useSweep(): void {
  const { list } = useConsole()
  useEffect(() => {
    const timer = setInterval(() => list.sweep(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [list])
}
