import type { AlertRow } from '../api/types'

/** Place of a row in the list. */
export type Place = Pick<AlertRow, 'created_at' | 'id'>

/**
 * Newest first, as the server pages: by creation, then by id. Times are compared as times first, since a whole second
 * may come without a fraction; below the millisecond, where Date is blind, the text decides.
 */
export function byNewest(a: Place, b: Place): number {
  const byTime = Date.parse(b.created_at) - Date.parse(a.created_at)
  if (byTime !== 0) return byTime
  return compare(b.created_at, a.created_at) || compare(b.id, a.id)
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1)
