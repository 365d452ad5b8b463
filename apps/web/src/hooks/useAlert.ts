import { useCallback, useSyncExternalStore } from 'react'
import type { RowView } from '../alerts/rows'
import { useConsole } from './useConsole'

/** One alert as it is now. The component is drawn again when this alert changes, and for no other. */
export function useAlert(id: string): RowView | undefined {
  const { rows } = useConsole()
  const subscribe = useCallback((listener: () => void) => rows.subscribe(id, listener), [rows, id])
  return useSyncExternalStore(subscribe, () => rows.view(id))
}
