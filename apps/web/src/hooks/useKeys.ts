import { useEffect, useRef } from 'react'

/** What each key does, by its `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>

const TYPING = 'input, textarea, select, [contenteditable]'
const PRESSABLE = 'button, a, summary'
const OVERLAY = 'dialog[open], [popover]'

/**
 * Shortcuts of the page. None fires while somebody types, composes, holds Ctrl, Alt or Cmd, or is in a dialog.
 * `letters` false switches off the single characters (WCAG 2.1.4) and leaves arrows, Enter and Esc.
 */
export function useKeys(keys: Keys, letters: boolean): void {
  const latest = useRef({ keys, letters })
  latest.current = { keys, letters }
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const run = latest.current.keys[event.key]
      if (run === undefined || !isMeant(event, latest.current.letters)) return
      event.preventDefault()
      run()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
}

function isMeant(event: KeyboardEvent, letters: boolean): boolean {
  const { target, key } = event
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false
  if (key.length === 1 && !letters) return false
  if (!(target instanceof Element)) return true
  if (target.closest(TYPING) !== null || target.closest(OVERLAY) !== null) return false
  return !((key === ' ' || key === 'Enter') && target.closest(PRESSABLE) !== null)
}
