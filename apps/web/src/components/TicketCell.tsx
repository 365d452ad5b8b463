import { ticketButton } from '../alerts/ticket'
import type { AlertRow } from '../api/types'
import { texts } from '../texts'
import { Button, type ButtonProps } from './Button'

export interface TicketCellProps {
  row: AlertRow
  busy: boolean
  /** Whether the server knows a Jira. */
  jira: boolean
  look?: NonNullable<ButtonProps['look']>
  size?: NonNullable<ButtonProps['size']>
  tabIndex?: number
  onCreate: () => void
  /** A ticket that failed or is unclear is dealt with in the detail, where Jira's words stand. */
  onExplain: () => void
}

/** The ticket of an alert as one button or link. */
export function TicketCell({ row, busy, jira, onCreate, onExplain, ...style }: TicketCellProps) {
  const button = ticketButton(row, jira)
  switch (button.kind) {
    case 'link':
      return <TicketLink issueKey={button.key} url={button.url} tabIndex={style.tabIndex} />
    case 'pending':
      return (
        <Button {...style} busy onPress={onExplain}>
          {texts.ticket.creating}
        </Button>
      )
    case 'failed':
    case 'unknown':
      return (
        <Button {...style} look="plain" onPress={onExplain}>
          <span aria-hidden="true" className="me-1 font-bold text-critical-ink">
            !
          </span>
          {texts.ticket[button.kind]}
        </Button>
      )
    case 'create':
    case 'not-configured':
      return (
        <Button
          {...style}
          busy={busy}
          disabled={button.kind === 'not-configured' && texts.ticket.noJira}
          onPress={onCreate}
        >
          {texts.ticket.create}
        </Button>
      )
  }
}

export function TicketLink({
  issueKey,
  url,
  tabIndex,
}: {
  issueKey: string
  url: string | null
  tabIndex?: number | undefined
}) {
  if (url === null) return <span className="px-2 font-mono text-xs">{issueKey}</span>
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      tabIndex={tabIndex}
      title={texts.ticket.open(issueKey)}
      onClick={(event) => event.stopPropagation()}
      className="inline-flex min-w-0 max-w-full items-center gap-1 rounded-md px-2 py-1 font-medium text-accent text-xs underline-offset-2 hover:underline"
    >
      <span className="truncate">{issueKey}</span>
      <span aria-hidden="true">↗</span>
    </a>
  )
}
