import { createContext, useContext } from 'react'
import type { Console } from '../wiring'

export const ConsoleContext = createContext<Console | null>(null)

/** The parts of the page. Throws outside a ConsoleContext: that is a mistake in the code, not in the data. */
export function useConsole(): Console {
  const console = useContext(ConsoleContext)
  if (console === null) throw new Error('useConsole needs a ConsoleContext above it')
  return console
}
