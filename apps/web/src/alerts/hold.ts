/** What the reader is doing. Each of these keeps new alerts from moving the list. */
export interface Reading {
  paused: boolean
  detail: boolean
  scrolled: boolean
  selecting: boolean
  pointing: boolean
}

export type HoldReason = keyof Reading

/** From the most deliberate to the most passing: the first that is true is the reason we give. */
const ORDER: readonly HoldReason[] = ['paused', 'detail', 'scrolled', 'selecting', 'pointing']

export const NOT_READING: Reading = { paused: false, detail: false, scrolled: false, selecting: false, pointing: false }

/** Why new alerts are held now, or null when they may come in. */
export const holdReason = (reading: Reading): HoldReason | null => ORDER.find((reason) => reading[reason]) ?? null
