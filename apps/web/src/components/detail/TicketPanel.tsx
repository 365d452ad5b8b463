import { type FormEvent, useId, useState } from 'react'
import { printable } from '../../alerts/printable'
import { ticketButton } from '../../alerts/ticket'
import type { AlertRow, Ticket } from '../../api/types'
import { useConsole } from '../../hooks/useConsole'
import { texts } from '../../texts'
import { Button } from '../Button'
import { TicketLink } from '../TicketCell'
import { CopyableWhen, When } from '../When'
import { Section } from './Section'

export interface TicketPanelProps {
  row: AlertRow
  /** The ticket in full; null before it is read and when there is none. The row is the one to believe about its state. */
  ticket: Ticket | null
  jira: boolean
  busy: boolean
}

/** The ticket's state in words, and what can be done about it. */
export function TicketPanel({ row, ticket, jira, busy }: TicketPanelProps) {
  const { actions } = useConsole()
  const button = ticketButton(row, jira)
  return (
    <div id="ticket">
      <Section title={texts.ticket.title}>
        {button.kind === 'link' && (
          <p className="flex flex-wrap items-baseline gap-x-2">
            <TicketLink issueKey={button.key} url={button.url} />
            {ticket && (
              <span className="text-muted text-xs">
                {texts.ticket.asked} <CopyableWhen at={ticket.requested_at} />
              </span>
            )}
          </p>
        )}
        {button.kind === 'create' && <p className="text-muted">{texts.ticket.none}</p>}
        {button.kind === 'not-configured' && <p className="text-muted">{texts.ticket.noJira}</p>}
        {button.kind === 'pending' && <Pending ticket={ticket} />}
        {button.kind === 'failed' && (
          <div className="flex flex-col items-start gap-2">
            <p>{texts.ticket.saysNo}</p>
            <JiraWords ticket={ticket} />
            <Button look="primary" busy={busy} onPress={() => void actions.createTicket(row.id)}>
              {texts.action.again}
            </Button>
          </div>
        )}
        {button.kind === 'unknown' && <Unclear row={row} ticket={ticket} busy={busy} />}
      </Section>
    </div>
  )
}

function Pending({ ticket }: { ticket: Ticket | null }) {
  return (
    <div className="flex flex-col gap-2">
      <p role="status">{texts.ticket.pending}</p>
      {ticket !== null && ticket.attempts > 0 && (
        <p className="text-muted text-xs">
          {texts.ticket.attempts(ticket.attempts)}
          {ticket.next_attempt_at !== null && (
            <>
              {' · '}
              {texts.ticket.nextAttempt} <When at={ticket.next_attempt_at} />
            </>
          )}
        </p>
      )}
      <JiraWords ticket={ticket} />
    </div>
  )
}

/** What Jira itself said, word for word. */
function JiraWords({ ticket }: { ticket: Ticket | null }) {
  if (ticket?.error == null) return null
  return (
    <blockquote className="max-w-full whitespace-pre-wrap break-words rounded-md bg-critical-soft px-3 py-2 text-critical-ink">
      <bdi>{printable(ticket.error)}</bdi>
    </blockquote>
  )
}

function Unclear({ row, ticket, busy }: { row: AlertRow; ticket: Ticket | null; busy: boolean }) {
  const { actions } = useConsole()
  const [key, setKey] = useState('')
  const field = useId()
  const link = (event: FormEvent) => {
    event.preventDefault()
    if (!busy && key.trim() !== '') void actions.linkTicket(row.id, key.trim())
  }
  return (
    <div className="flex flex-col items-start gap-2">
      <p>{texts.ticket.unclear}</p>
      <JiraWords ticket={ticket} />
      <div className="flex flex-wrap gap-2">
        <Button look="primary" busy={busy} onPress={() => void actions.lookForTicket(row.id)}>
          {texts.ticket.look}
        </Button>
        <Button busy={busy} onPress={() => void actions.createTicketAnyway(row.id)}>
          {texts.ticket.anyway}
        </Button>
      </div>
      <form onSubmit={link} className="flex flex-wrap items-end gap-2">
        <label htmlFor={field} className="flex flex-col gap-1 text-muted text-xs">
          {texts.ticket.key}
          <input
            id={field}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            placeholder={texts.ticket.keyExample}
            autoComplete="off"
            className="h-8 w-36 placeholder:text-muted rounded-md border border-edge bg-surface px-2 text-sm text-text pointer-coarse:h-11"
          />
        </label>
        <Button type="submit" busy={busy} onPress={() => undefined}>
          {texts.ticket.link}
        </Button>
      </form>
    </div>
  )
}
