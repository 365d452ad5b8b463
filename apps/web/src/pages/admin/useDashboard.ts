import { useMemo, useState } from 'react'
import type { Session } from '../../api/types'
import type { RowActions } from '../../components/AlertRow'
import { useAlerts } from '../../hooks/useAlerts'
import { useConnection } from '../../hooks/useConnection'
import { useConsole } from '../../hooks/useConsole'
import { neighbours, useCursor } from '../../hooks/useCursor'
import { useHold } from '../../hooks/useHold'
import type { Keys } from '../../hooks/useKeys'
import { useUrl } from '../../hooks/useUrl'

/** State of the alerts page, and what can be done on it. */
export function useDashboard(session: Session) {
  const { list, actions } = useConsole()
  const url = useUrl()
  const { open, openAlert } = url
  const [paused, setPaused] = useState(false)
  const [keysShown, setKeysShown] = useState(false)
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const alerts = useAlerts(url.filter)
  const connection = useConnection(alerts.reads)
  const hold = useHold(scroller, paused, open !== null)
  const { current, setCurrent, step, focus } = useCursor(alerts.ids, scroller)

  const rowActions = useMemo<RowActions>(
    () => ({
      move: (id, move) => void actions.move(id, move),
      createTicket: (id) => void actions.createTicket(id),
      focus: setCurrent,
      open: (id) => {
        setCurrent(id)
        openAlert(id)
      },
    }),
    [actions, setCurrent, openAlert],
  )
  const close = () => {
    openAlert(null)
    if (open !== null) focus(open)
  }
  const showNew = () => {
    list.showHeld()
    scroller?.scrollTo({ top: 0 })
  }
  const togglePause = () => setPaused(!paused)
  const beside = neighbours(alerts.ids, open ?? '')
  const goTo = (id: string | null) => (id === null ? null : () => rowActions.open(id))
  const previous = goTo(beside.previous)
  const next = goTo(beside.next)

  const target = open ?? current
  const onTarget = (run: (id: string) => void) => () => target !== null && run(target)
  const up = open === null ? () => step(-1) : () => previous?.()
  const down = open === null ? () => step(1) : () => next?.()
  const keys: Keys = {
    j: down,
    k: up,
    o: onTarget(rowActions.open),
    a: onTarget((id) => rowActions.move(id, 'acknowledge')),
    e: onTarget((id) => rowActions.move(id, 'resolve')),
    c: onTarget((id) => session.jira.configured && rowActions.createTicket(id)),
    u: () => void actions.undo(),
    '[': () => previous?.(),
    ']': () => next?.(),
    '/': () => document.getElementById('search')?.focus(),
    ' ': togglePause,
    '.': showNew,
    '?': () => setKeysShown(true),
    // With an alert open the arrows scroll it, as on any page.
    ...(open === null ? { ArrowDown: down, ArrowUp: up } : { Escape: close }),
  }

  return {
    ...{ ...url, alerts, connection, hold, paused, togglePause, showNew, current, rowActions, close, previous, next },
    ...{ keys, keysShown, setKeysShown, setScroller },
  }
}
