import { type KeyboardEvent, memo, type ReactNode, useState } from 'react'
import { can } from '../alerts/actions'
import { printable } from '../alerts/printable'
import type { Move } from '../api/client'
import type { AlertStatus, AlertRow as Row } from '../api/types'
import { texts } from '../texts'
import { Button } from './Button'
import { SeverityBadge, StatusMark } from './badges'
import { TicketCell } from './TicketCell'
import { When } from './When'

/** What a row can ask for. One object for all rows, so that a row is drawn again only for its own news. */
export interface RowActions {
  move(id: string, move: Move): void
  createTicket(id: string): void
  open(id: string): void
  focus(id: string): void
}

export interface AlertRowProps {
  row: Row
  /** Place in the list from 1, for assistive technology: only the rows in view exist. */
  index: number
  busy?: boolean
  /** It stopped matching the filter and will go. */
  leaving?: boolean
  /** Its detail is open. */
  open?: boolean
  /** The one row that Tab reaches. */
  current?: boolean
  jira: boolean
  href: string
  actions: RowActions
}

const WIDTH_OF_ID = 8

/** One alert in the list. */
export const AlertRow = memo(function AlertRow(props: AlertRowProps) {
  const { index, leaving = false, open = false, ...cells } = props
  const { row, current = false, actions } = cells
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.target !== event.currentTarget) return
    event.preventDefault()
    actions.open(row.id)
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={open}
      aria-label={`${row.issue_code}, ${texts.severity[row.severity]}, ${texts.status[row.status]}`}
      data-opens=""
      data-alert={row.id}
      tabIndex={current ? 0 : -1}
      onFocus={() => actions.focus(row.id)}
      onKeyDown={enter}
      onClick={() => document.getSelection()?.isCollapsed !== false && actions.open(row.id)}
      className={`alert-row h-full border-line border-b -outline-offset-2 ${open ? 'bg-accent-soft shadow-[inset_3px_0_0_var(--color-accent)]' : 'hover:bg-raised/60'} ${leaving ? 'line-through' : ''}`}
    >
      <Cells {...cells} />
    </div>
  )
})

type CellsProps = Omit<AlertRowProps, 'index' | 'leaving' | 'open'>

/** What is in a row. A new alert above changes the place of every row, but nothing here. */
const Cells = memo(function Cells(props: CellsProps) {
  const { row } = props
  return (
    <>
      <Cell name="id">
        <span className="font-mono text-muted text-xs" title={row.id}>
          {row.id.slice(0, WIDTH_OF_ID)}
        </span>
      </Cell>
      <Cell name="issue">
        <Issue {...props} />
      </Cell>
      <Cell name="severity">
        <SeverityBadge severity={row.severity} />
      </Cell>
      <Cell name="status">
        <FlashingStatus status={row.status} />
      </Cell>
      <Cell name="created">
        <span className="text-muted text-xs">
          <When at={row.created_at} />
        </span>
      </Cell>
      <Cell name="count">
        <span className="@min-[66rem]/list:pe-3 block text-end" title={texts.list.seen(row.count)}>
          {texts.list.count(row.count)}
        </span>
      </Cell>
      <Cell name="actions">
        <Buttons {...props} />
      </Cell>
    </>
  )
})

/** Flashes when the status changes, and not when the row is merely drawn. */
function FlashingStatus({ status }: { status: AlertStatus }) {
  const [atFirst] = useState(status)
  return (
    <span key={status} className={`inline-block rounded-md ${status === atFirst ? '' : 'flash'}`}>
      <StatusMark status={status} />
    </span>
  )
}

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div role="gridcell" className={`cell-${name} min-w-0`}>
      {children}
    </div>
  )
}

function Issue({ row, href, current = false, actions }: CellsProps) {
  return (
    <>
      <div className="flex min-w-0 items-baseline gap-2">
        <a
          href={href}
          tabIndex={current ? 0 : -1}
          className="truncate font-medium text-text underline-offset-2 hover:underline"
          onClick={(event) => {
            event.stopPropagation()
            // With a modifier the browser opens a tab of its own, as for any link.
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            actions.open(row.id)
          }}
        >
          {printable(row.issue_code)}
        </a>
        <span className="middle-only shrink-0 text-muted text-xs">
          {texts.list.times(row.count)}
          <span className="roomy-only">
            {' · '}
            <When at={row.created_at} />
          </span>
        </span>
      </div>
      <p className="truncate text-muted text-xs">
        {row.regression && (
          <span className="me-1.5 rounded bg-warning-soft px-1 text-warning-ink">{texts.list.regression}</span>
        )}
        <bdi>{printable(row.title)}</bdi> · <bdi>{printable(row.service)}</bdi>
      </p>
    </>
  )
}

function Buttons({ row, busy = false, current = false, jira, actions }: CellsProps) {
  const tabIndex = current ? 0 : -1
  const first: Move = row.status === 'RESOLVED' ? 'reopen' : 'acknowledge'
  const button = (move: Move) => (
    <Button
      size="small"
      tabIndex={tabIndex}
      busy={busy}
      disabled={!can(move, row.status)}
      onPress={() => actions.move(row.id, move)}
    >
      {texts.action[move]}
    </Button>
  )
  return (
    <div className="grid grid-cols-[6rem_4.25rem_6.25rem] items-center gap-1.5">
      {button(first)}
      {button('resolve')}
      <div className="grid min-w-0">
        <TicketCell
          row={row}
          busy={busy}
          jira={jira}
          size="small"
          tabIndex={tabIndex}
          onCreate={() => actions.createTicket(row.id)}
          onExplain={() => actions.open(row.id)}
        />
      </div>
    </div>
  )
}
