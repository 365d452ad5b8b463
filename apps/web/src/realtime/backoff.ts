const FIRST_MS = 500
const LONGEST_MS = 30_000

/**
 * Milliseconds before attempt number `attempt` (from 0): anywhere between 0 and a ceiling that doubles, so that a
 * thousand browsers do not come back to a restarted server in one moment ("full jitter").
 * `random`: 0 up to 1.
 */
export const backoff = (attempt: number, random: number) => random * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
