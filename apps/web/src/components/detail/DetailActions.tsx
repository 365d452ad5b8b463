import { can } from '../../alerts/actions'
import type { Move } from '../../api/client'
import type { AlertRow } from '../../api/types'
import { useConsole } from '../../hooks/useConsole'
import { texts } from '../../texts'
import { Button } from '../Button'
import { TicketCell } from '../TicketCell'

/** The buttons of the open alert; at the bottom, where a thumb reaches them and where they stay while the rest scrolls. */
export function DetailActions({ row, busy, jira }: { row: AlertRow; busy: boolean; jira: boolean }) {
  const { actions } = useConsole()
  const button = (move: Move) => (
    <Button busy={busy} disabled={!can(move, row.status)} onPress={() => void actions.move(row.id, move)}>
      {texts.action[move]}
    </Button>
  )
  return (
    <div className="@max-md/detail:[&_button]:px-2 @max-md/detail:[&_button]:text-xs flex flex-wrap items-center gap-x-1.5 gap-y-2 border-line border-t p-3">
      {button('acknowledge')}
      {button('resolve')}
      {button('reopen')}
      <span className="grow" />
      <TicketCell
        row={row}
        busy={busy}
        jira={jira}
        look="primary"
        onCreate={() => void actions.createTicket(row.id)}
        onExplain={() => document.getElementById('ticket')?.scrollIntoView({ block: 'nearest' })}
      />
    </div>
  )
}
