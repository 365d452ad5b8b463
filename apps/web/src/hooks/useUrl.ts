import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { type Filter, filterFromUrl, filterToUrl } from '../alerts/filters'

const CHANGED = 'stacklens:url'

/** What the address says: the list's filter, and which alert is open. */
export interface Place {
  filter: Filter
  open: string | null
}

export interface Navigation extends Place {
  /** Each choice is a step that Back undoes; typing (`step: false`) is not. */
  setFilter(filter: Filter, step?: boolean): void
  openAlert(id: string | null): void
  /** Address of an alert beside the present list. */
  linkTo(id: string): string
}

/** Reads `/alerts?severity=…&status=…&q=…&alert=<id>`, and `/alerts/<id>` as the short form for one alert. */
export function readPlace(url: URL): Place {
  const inPath = url.pathname.match(/^\/alerts\/([\w-]+)\/?$/)?.[1]
  const open = url.searchParams.get('alert') ?? inPath ?? null
  return { filter: filterFromUrl(url.searchParams), open }
}

export function writePlace({ filter, open }: Place): string {
  const params = filterToUrl(filter, new URLSearchParams())
  if (open !== null) params.set('alert', open)
  return params.size === 0 ? '/alerts' : `/alerts?${params}`
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  addEventListener(CHANGED, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(CHANGED, listener)
  }
}

function go(place: Place, step: boolean): void {
  history[step ? 'pushState' : 'replaceState'](null, '', writePlace(place))
  dispatchEvent(new Event(CHANGED))
}

const readHref = () => location.href

/** The address is the state: filters and the open alert live there and nowhere else. */
export function useUrl(): Navigation {
  const href = useSyncExternalStore(subscribe, readHref)
  const place = useMemo(() => readPlace(new URL(href)), [href])
  const setFilter = useCallback(
    (filter: Filter, step = true) => go({ ...readPlace(new URL(location.href)), filter }, step),
    [],
  )
  const openAlert = useCallback((open: string | null) => go({ ...readPlace(new URL(location.href)), open }, true), [])
  const linkTo = useCallback((id: string) => writePlace({ ...place, open: id }), [place])
  return { ...place, setFilter, openAlert, linkTo }
}
