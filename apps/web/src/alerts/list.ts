import type { AlertPage } from '../api/client'
import type { AlertRow } from '../api/types'
import { type Filter, filterKey, matches, NO_FILTER } from './filters'
import type { HoldReason } from './hold'
import { byNewest, type Place } from './order'
import type { AlertRows } from './rows'

/** How long a row that no longer matches the filter stays, struck through, before it goes. */
const LEAVING_MS = 10_000
/** Rows kept beyond those in the list: events that arrive while a filter is being loaded are found among them. */
const SPARE_ROWS = 500

export interface ListView {
  /** Which filter these ids belong to; null before the first page. */
  key: string | null
  ids: readonly string[]
  held: readonly string[]
  leaving: ReadonlySet<string>
  /** Alerts that match, over all pages. */
  total: number
  hold: HoldReason | null
}

/** New alerts since the last time somebody asked, for the announcer. */
export interface Arrivals {
  count: number
  critical: number
}

/**
 * Which alerts the list shows, and which wait. Pages come from REST and rows from the socket, in any order.
 * A row already shown changes in place; a row that would come in waits while the reader reads (`hold`).
 */
export class AlertList {
  readonly #rows: AlertRows
  readonly #listeners = new Set<() => void>()
  #filter: Filter = NO_FILTER
  #position: string | null = null
  #floor: Place | null = null
  #arrivals: Arrivals = { count: 0, critical: 0 }
  #view: ListView = { key: null, ids: [], held: [], leaving: new Set(), total: 0, hold: null }
  /** The same ids as in the view, to ask "is it shown?" without walking 10,000 of them. */
  #shown = new Set<string>()
  readonly #leavingSince = new Map<string, number>()

  constructor(rows: AlertRows) {
    this.#rows = rows
  }

  readonly view = (): ListView => this.#view

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes all pages loaded so far for `filter`, the newest first. `now`: milliseconds, for rows that are gone. */
  receive(filter: Filter, pages: readonly AlertPage[], now: number): void {
    const [first] = pages
    const last = pages.at(-1)
    if (first === undefined || last === undefined) return
    const rows = pages.flatMap((page) => page.rows)
    for (const row of rows) this.#rows.put(row)
    this.#filter = filter
    this.#floor = last.cursor === null ? null : (last.rows.at(-1) ?? null)
    if (this.#view.key !== filterKey(filter)) this.#start(rows, first)
    else this.#refresh(rows, first, now)
    for (const row of this.#rows.newerThan(seqOf(first.position))) this.apply(row, now)
    this.#rows.prune(this.#isListed, SPARE_ROWS)
  }

  /** Takes a row from the socket or from an answer. `now`: milliseconds. */
  apply(row: AlertRow, now: number): void {
    this.#rows.put(row)
    const current = this.#rows.get(row.id) ?? row
    const fits = matches(this.#filter, current)
    if (this.#shown.has(row.id)) this.#mark(row.id, fits, now)
    else if (this.#view.held.includes(row.id)) this.#keepHeld(row.id, fits)
    else if (fits && this.#inRange(current)) this.#arrive(current)
  }

  /** Says that the reader reads (with the reason) or no longer does (null): what waited comes in then. */
  setHold(hold: HoldReason | null): void {
    if (hold === this.#view.hold) return
    this.#change({ hold })
    if (hold === null) this.showHeld()
  }

  /** Lets in what waits, whatever the reason. */
  showHeld(): void {
    const { held, ids } = this.#view
    if (held.length > 0) this.#change({ ids: held.reduce((all, id) => this.#insert(all, id), ids), held: [] })
  }

  /** Takes out rows that stopped matching long enough ago, unless somebody reads. */
  sweep(now: number): void {
    if (this.#view.hold !== null) return
    const gone = [...this.#leavingSince].filter(([, since]) => now - since >= LEAVING_MS).map(([id]) => id)
    if (gone.length === 0) return
    for (const id of gone) {
      this.#leavingSince.delete(id)
      this.#shown.delete(id)
    }
    this.#change({ ids: this.#view.ids.filter((id) => this.#shown.has(id)), leaving: this.#leaving() })
  }

  /** Forgets everything: the server's stream began anew, and its numbers with it. */
  restart(): void {
    this.#rows.clear()
    this.#shown.clear()
    this.#leavingSince.clear()
    this.#position = null
    this.#change({ key: null, ids: [], held: [], leaving: new Set() })
  }

  takeArrivals(): Arrivals {
    const arrivals = this.#arrivals
    this.#arrivals = { count: 0, critical: 0 }
    return arrivals
  }

  readonly #isListed = (id: string) => this.#shown.has(id) || this.#view.held.includes(id)

  #start(rows: readonly AlertRow[], first: AlertPage): void {
    const ids = rows.map((row) => row.id)
    this.#shown = new Set(ids)
    this.#leavingSince.clear()
    this.#position = first.position
    this.#change({ key: filterKey(this.#filter), ids, held: [], leaving: new Set(), total: first.total })
  }

  /** The same list again: after "load more", after polling, after the stream said that it could not replay. */
  #refresh(rows: readonly AlertRow[], first: AlertPage, now: number): void {
    const bottom = this.#rows.get(this.#view.ids.at(-1) ?? '')
    for (const row of rows.filter(({ id }) => !this.#isListed(id))) {
      // Below the last row nothing can be pushed away, so further pages come in even while the reader reads.
      if (bottom === undefined || byNewest(row, bottom) > 0) this.#change({ ids: this.#insert(this.#view.ids, row.id) })
      else this.#arrive(row)
    }
    if (first.position !== this.#position) this.#recount(new Set(rows.map((row) => row.id)), first, now)
  }

  /** Listed rows that a newer answer no longer has are leaving, unless they are newer than the answer itself. */
  #recount(answered: ReadonlySet<string>, first: AlertPage, now: number): void {
    this.#position = first.position
    const asOf = seqOf(first.position)
    const missing = (id: string) => !answered.has(id) && (this.#rows.get(id)?.seq ?? 0) <= asOf
    for (const id of this.#view.ids) this.#mark(id, !missing(id), now)
    const held = this.#view.held.filter((id) => !missing(id))
    const uncounted = [...this.#view.ids, ...held].filter((id) => !answered.has(id) && !this.#leavingSince.has(id))
    this.#change({ held, total: first.total + uncounted.length })
  }

  #inRange(row: AlertRow): boolean {
    return this.#view.key !== null && (this.#floor === null || byNewest(row, this.#floor) <= 0)
  }

  #arrive(row: AlertRow): void {
    const { hold, ids, held, total } = this.#view
    this.#arrivals.count += 1
    if (row.severity === 'critical') this.#arrivals.critical += 1
    if (hold === null) this.#change({ ids: this.#insert(ids, row.id), total: total + 1 })
    else this.#change({ held: [...held, row.id], total: total + 1 })
  }

  #mark(id: string, fits: boolean, now: number): void {
    if (fits !== this.#leavingSince.has(id)) return
    if (fits) this.#leavingSince.delete(id)
    else this.#leavingSince.set(id, now)
    this.#change({ leaving: this.#leaving(), total: this.#view.total + (fits ? 1 : -1) })
  }

  #keepHeld(id: string, fits: boolean): void {
    if (fits) return
    this.#change({ held: this.#view.held.filter((one) => one !== id), total: this.#view.total - 1 })
  }

  /** `ids` with `id` at its place. New alerts belong near the front, so the search starts there. */
  #insert(ids: readonly string[], id: string): readonly string[] {
    const row = this.#rows.get(id)
    if (row === undefined || this.#shown.has(id)) return ids
    this.#shown.add(id)
    const at = ids.findIndex((other) => byNewest(row, this.#rows.get(other) ?? row) < 0)
    return at === -1 ? [...ids, id] : ids.toSpliced(at, 0, id)
  }

  #leaving(): ReadonlySet<string> {
    return new Set(this.#leavingSince.keys())
  }

  #change(change: Partial<ListView>): void {
    this.#view = { ...this.#view, ...change }
    for (const listener of this.#listeners) listener()
  }
}

/** The number in a stream position `epoch:seq`; 0 when there is none. */
export const seqOf = (position: string) => Number(position.slice(position.lastIndexOf(':') + 1)) || 0
