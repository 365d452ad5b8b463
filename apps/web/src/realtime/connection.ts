import type { Phase, StreamState } from './stream'

/** What we say about the connection: the stream's own phase, or that the list is read every few seconds instead. */
export type ConnectionWord = Phase | 'polling'

export interface Connection {
  word: ConnectionWord
  /** Whether the list must carry the banner that says it is not live. */
  banner: boolean
  /** When what is shown was last known to be true, in milliseconds. */
  asOf: number | null
}

/** When the list was last read over REST, in milliseconds, and whether the last try failed. */
export interface Reads {
  at: number
  failed: boolean
}

export const POLL_MS = 15_000
const FAILURES_TO_POLL = 3
/** A connection that is back within two seconds is not worth a banner. */
const BANNER_AFTER_MS = 2000

export const shouldPoll = (state: StreamState) => state.phase === 'reconnecting' && state.failures >= FAILURES_TO_POLL

/** `now`: milliseconds. */
export function connectionOf(state: StreamState, reads: Reads, now: number): Connection {
  const { phase, lostAt, lastDataAt } = state
  const asOf = reads.at === 0 && lastDataAt === null ? null : Math.max(reads.at, lastDataAt ?? 0)
  if (phase === 'live' || phase === 'idle') return { word: phase, banner: false, asOf }
  const polls = shouldPoll(state) && !reads.failed && reads.at > (lostAt ?? 0)
  const final = phase === 'signed-out' || phase === 'refused'
  const banner = final || (lostAt !== null && now - lostAt >= BANNER_AFTER_MS)
  return { word: polls ? 'polling' : phase, banner, asOf }
}
