import { useEffect, useState } from 'react'
import { type HoldReason, holdReason, NOT_READING, type Reading } from '../alerts/hold'
import { useConsole } from './useConsole'

/** Lists jitter by a pixel when the window is resized; that is not scrolling. */
const SCROLLED_PX = 4

/**
 * Watches what the reader does with the list (`scroller`) and holds new alerts back as long as that lasts.
 * Returns the reason, or null.
 */
export function useHold(scroller: HTMLElement | null, paused: boolean, detail: boolean): HoldReason | null {
  const { list } = useConsole()
  const [seen, setSeen] = useState(NOT_READING)
  useEffect(() => {
    if (scroller === null) return
    return watch(scroller, (part) => setSeen((before) => (changes(before, part) ? { ...before, ...part } : before)))
  }, [scroller])
  const reason = holdReason({ ...seen, paused, detail })
  useEffect(() => list.setHold(reason), [list, reason])
  return reason
}

const changes = (before: Reading, part: Partial<Reading>) =>
  Object.entries(part).some(([name, value]) => before[name as keyof Reading] !== value)

function watch(scroller: HTMLElement, saw: (part: Partial<Reading>) => void): () => void {
  const aborting = new AbortController()
  const { signal } = aborting
  // Passive, or the browser waits for us before it scrolls.
  scroller.addEventListener('scroll', () => saw({ scrolled: scroller.scrollTop > SCROLLED_PX }), {
    passive: true,
    signal,
  })
  // A finger leaves no pointer behind: its "enter" would hold the list for ever.
  const enter = (event: PointerEvent) => event.pointerType !== 'touch' && saw({ pointing: true })
  scroller.addEventListener('pointerenter', enter, { signal })
  scroller.addEventListener('pointerleave', () => saw({ pointing: false }), { signal })
  scroller.addEventListener('focusin', ({ target }) => isKeyboardFocus(target) && saw({ pointing: true }), { signal })
  scroller.addEventListener('focusout', () => saw({ pointing: scroller.matches(':hover') }), { signal })
  document.addEventListener('selectionchange', () => saw({ selecting: isSelectingIn(scroller) }), { signal })
  return () => aborting.abort()
}

const isKeyboardFocus = (target: EventTarget | null) => target instanceof Element && target.matches(':focus-visible')

function isSelectingIn(scroller: HTMLElement): boolean {
  const selection = document.getSelection()
  return selection !== null && !selection.isCollapsed && scroller.contains(selection.anchorNode)
}
