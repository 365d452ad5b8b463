import type { StreamFrame } from '../api/types'

/** Where a stream stands: positions of another epoch cannot be compared. */
export interface Position {
  epoch: string
  seq: number
}

/** Reads `epoch:seq`; null for anything else. */
export function readPosition(text: string): Position | null {
  const [, epoch, seq] = text.match(/^(.+):(\d+)$/) ?? []
  return epoch === undefined || seq === undefined ? null : { epoch, seq: Number(seq) }
}

export const writePosition = ({ epoch, seq }: Position) => `${epoch}:${seq}`

const TYPES: readonly StreamFrame['type'][] = ['hello', 'events', 'ping', 'resync', 'bye']

/**
 * The frame in a message, or null for what this version does not know: a newer server may send more kinds.
 * Past this door the server's own types are trusted.
 */
export function readFrame(message: unknown): StreamFrame | null {
  if (typeof message !== 'string') return null
  try {
    const frame: unknown = JSON.parse(message)
    return isFrame(frame) ? frame : null
  } catch {
    return null
  }
}

const isFrame = (value: unknown): value is StreamFrame =>
  typeof value === 'object' && value !== null && 'type' in value && TYPES.some((type) => type === value.type)
