import type { AlertRow } from '../api/types'

/** What the Jira button of an alert is: a link, a state, or something to press. */
export type TicketButton =
  | { kind: 'link'; key: string; url: string | null }
  | { kind: 'pending' | 'failed' | 'unknown' | 'create' | 'not-configured' }

/** `configured`: whether the server knows a Jira. */
export function ticketButton(
  row: Pick<AlertRow, 'jira_issue_key' | 'jira_url' | 'ticket_state'>,
  configured: boolean,
): TicketButton {
  const { jira_issue_key: key, jira_url: url, ticket_state: state } = row
  if (state === 'pending' || state === 'failed' || state === 'unknown') return { kind: state }
  if (key !== null) return { kind: 'link', key, url: safeUrl(url) }
  return { kind: configured ? 'create' : 'not-configured' }
}

/** A link we are willing to follow: never `javascript:` or the like. */
export const safeUrl = (url: string | null) => (url !== null && /^https?:\/\//i.test(url) ? url : null)
