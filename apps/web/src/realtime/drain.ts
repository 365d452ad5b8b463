/** The clock and the screen, as far as draining needs them. Times in milliseconds. */
export interface Pace {
  now(): number
  hidden(): boolean
  onFrame(run: () => void): void
  after(ms: number, run: () => void): void
}

const QUIET_MS = 100
const BUSY_RATE_PER_S = 100
const BUSY_MS = 100
const SLOW_FLUSH_MS = 8
const HIDDEN_MS = 1000

/**
 * Hands items over in batches: at once after a quiet moment, else once for each picture on the screen, and every
 * 100 ms when more than 100 items a second come or a batch took over 8 ms. Hidden tabs get no frames, so a timer
 * drains them once a second. (Measured in contracts/console.md 2.3.)
 */
export function createDrain<Item>(pace: Pace, flush: (items: Item[]) => void): (items: readonly Item[]) => void {
  let waiting: Item[] = []
  let scheduled = false
  let flushedAt = Number.NEGATIVE_INFINITY
  let slow = false
  let second = { start: 0, items: 0, before: 0 }

  const drain = () => {
    if (!scheduled) return
    scheduled = false
    const items = waiting
    waiting = []
    const start = pace.now()
    flush(items)
    flushedAt = pace.now()
    slow = flushedAt - start > SLOW_FLUSH_MS
  }

  const count = (items: number) => {
    const now = pace.now()
    const passed = now - second.start
    if (passed >= 1000) second = { start: now, items: 0, before: passed < 2000 ? second.items : 0 }
    second.items += items
    return Math.max(second.items, second.before)
  }

  const schedule = (rate: number) => {
    scheduled = true
    const hidden = pace.hidden()
    if (!hidden && pace.now() - flushedAt > QUIET_MS) return drain()
    if (slow || rate > BUSY_RATE_PER_S) return pace.after(hidden ? HIDDEN_MS : BUSY_MS, drain)
    // Both, whichever comes first: a tab that is hidden before its next frame would wait for it all night.
    pace.onFrame(drain)
    pace.after(HIDDEN_MS, drain)
  }

  return (items) => {
    if (items.length === 0) return
    const rate = count(items.length)
    waiting.push(...items)
    if (!scheduled) schedule(rate)
  }
}
