import { useSyncExternalStore } from 'react'

const TICK_MS = 1000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const each of listeners) each()
    }, TICK_MS)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

/**
 * Something that depends on the time, from the one clock that all parts of the page share; it ticks once a second and
 * only while somebody reads it. The component is drawn again only when `select` gives something else.
 * `select` gets milliseconds and must give a plain value.
 */
export function useNow<Value extends string | number | boolean>(select: (now: number) => Value): Value {
  return useSyncExternalStore(subscribe, () => select(listeners.size === 0 ? Date.now() : now))
}
