// Where `vite build` puts the page, and its files.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const OUT = fileURLToPath(new URL('../../../src/stacklens/api/web/', import.meta.url))

/** Paths under OUT whose names match. */
export const builtFiles = (pattern) =>
  readdirSync(OUT, { recursive: true, encoding: 'utf8' }).filter((path) => pattern.test(path))
