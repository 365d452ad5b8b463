import { useEffect } from 'react'
import calm from '../favicon.svg'
import alarmed from '../favicon-alert.svg'
import { texts } from '../texts'

/** Shows in the browser tab how many alerts are new, and whether the list is paused. */
export function useTitle(open: number, paused: boolean): void {
  const icon = open > 0 ? alarmed : calm
  useEffect(() => {
    document.title = texts.tabTitle(open, paused)
  }, [open, paused])
  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute('href', icon)
  }, [icon])
}
