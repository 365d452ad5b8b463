import { useSyncExternalStore } from 'react'
import { useConsole } from './useConsole'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export interface Choices {
  theme: Theme
  /** Whether single keys are shortcuts (WCAG 2.1.4 wants a switch). */
  letters: boolean
}

// theme.js reads the same key before the first paint.
const KEY = 'stacklens.settings'
const DEFAULTS: Choices = { theme: 'system', letters: true }

/** The reader's own choices, kept in this browser. */
export class Settings {
  readonly #storage: Storage
  readonly #listeners = new Set<() => void>()
  #choices: Choices

  constructor(storage: Storage) {
    this.#storage = storage
    this.#choices = read(storage)
  }

  readonly choices = () => this.#choices

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  choose(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change }
    try {
      this.#storage.setItem(KEY, JSON.stringify(this.#choices))
    } catch {
      // A full or closed storage: the choice holds for this tab.
    }
    const { theme } = this.#choices
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    for (const listener of this.#listeners) listener()
  }
}

function read(storage: Storage): Choices {
  try {
    const stored: Partial<Choices> = JSON.parse(storage.getItem(KEY) ?? '{}')
    const theme = THEMES.find((one) => one === stored.theme) ?? DEFAULTS.theme
    return { theme, letters: stored.letters !== false }
  } catch {
    return DEFAULTS
  }
}

export function useSettings(): [Choices, (change: Partial<Choices>) => void] {
  const { settings } = useConsole()
  return [useSyncExternalStore(settings.subscribe, settings.choices), (change) => settings.choose(change)]
}
