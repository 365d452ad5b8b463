import { texts } from '../texts'

const MINUTE_S = 60
const HOUR_S = 3600
/** Up to here people think in "how long ago", beyond it in clock times. */
const RELATIVE_S = 2 * HOUR_S
const NOW_S = 5

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const withSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const utc = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long', timeZone: 'UTC' })

/** A short time for a list: relative under two hours, then absolute. `now`: milliseconds. */
export function shortTime(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000)
  if (Number.isNaN(seconds)) return iso
  if (seconds >= RELATIVE_S || seconds < -MINUTE_S) return absolute(new Date(iso), new Date(now))
  if (seconds < NOW_S) return texts.time.now
  if (seconds < MINUTE_S) return texts.time.seconds(seconds)
  if (seconds < HOUR_S) return texts.time.minutes(Math.floor(seconds / MINUTE_S))
  return texts.time.hours(Math.floor(seconds / HOUR_S), Math.floor((seconds % HOUR_S) / MINUTE_S))
}

function absolute(then: Date, now: Date): string {
  if (then.toDateString() === now.toDateString()) return timeOfDay.format(then)
  return (then.getFullYear() === now.getFullYear() ? dayAndTime : date).format(then)
}

/** Clock time with seconds, of a moment in milliseconds. */
export const clockTime = (moment: number) => withSeconds.format(moment)

/** Everything about a moment, a line each: local time, UTC, ISO 8601. */
export function fullTime(iso: string): string {
  const then = new Date(iso)
  return Number.isNaN(then.getTime()) ? iso : `${local.format(then)}\n${utc.format(then)}\n${iso}`
}
