import { useState } from 'react'

/** Moves through a list of ids. The cursor is an id, never a place: rows that come in do not change what it is on. */
export function useCursor(ids: readonly string[], scroller: HTMLElement | null) {
  const [current, setCurrent] = useState<string | null>(null)

  const step = (by: 1 | -1) => {
    const from = visible(scroller)
    const at = current === null || !from.includes(current) ? -1 : ids.indexOf(current)
    const id = at === -1 ? from[0] : ids[Math.max(0, Math.min(ids.length - 1, at + by))]
    if (id !== undefined) focus(id)
  }

  /** Puts cursor and focus on a row, once it exists: a row far away is drawn only after the list scrolled to it. */
  const focus = (id: string) => {
    setCurrent(id)
    requestAnimationFrame(() => requestAnimationFrame(() => rowOf(scroller, id)?.focus({ preventScroll: true })))
  }

  return { current, setCurrent, step, focus }
}

const rowOf = (scroller: HTMLElement | null, id: string) =>
  scroller?.querySelector<HTMLElement>(`[data-alert="${CSS.escape(id)}"]`) ?? null

/** The rows the reader can see: a cursor that was scrolled away begins anew at the first of them. */
function visible(scroller: HTMLElement | null): string[] {
  if (scroller === null) return []
  const { top, bottom } = scroller.getBoundingClientRect()
  return [...scroller.querySelectorAll<HTMLElement>('[data-alert]')]
    .map((row) => ({ id: row.dataset.alert ?? '', box: row.getBoundingClientRect() }))
    .filter(({ box }) => box.top >= top && box.top < bottom)
    .toSorted((a, b) => a.box.top - b.box.top)
    .map(({ id }) => id)
}

/** The ids beside one in the list. */
export function neighbours(ids: readonly string[], id: string): { previous: string | null; next: string | null } {
  const at = ids.indexOf(id)
  if (at === -1) return { previous: null, next: null }
  return { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null }
}
