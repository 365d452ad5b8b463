import type { Meta, StoryObj } from '@storybook/react-vite'
import type { Ticket } from '../../api/types'
import { anAlert, aTicket } from '../../mocks/alerts'
import { backendOf, withConsole } from '../../mocks/story'
import { AlertDetail } from './AlertDetail'

const meta: Meta<typeof AlertDetail> = {
  component: AlertDetail,
  args: { id: anAlert().id, jira: true, previous: null, next: () => undefined, onClose: () => undefined },
  decorators: [
    (Story) => (
      <div className="h-svh max-w-xl">
        <Story />
      </div>
    ),
  ],
}
export default meta
type Story = StoryObj<typeof AlertDetail>

function withTicket(ticket: Partial<Ticket> | null): Story {
  const made = ticket && aTicket(ticket)
  const row = anAlert({
    count: 1204,
    ticket_state: made?.state ?? null,
    jira_issue_key: made?.key ?? null,
    jira_url: made?.url ?? null,
  })
  return {
    loaders: [backendOf([row], ({ tickets }) => made && tickets.set(row.id, made))],
    decorators: [withConsole([row])],
  }
}

export const NoTicket = withTicket(null)
export const TicketPending = withTicket({ state: 'pending', attempts: 1, error: '503 Service Unavailable' })
export const TicketCreated = withTicket({ state: 'created', key: 'POS-41', url: 'http://127.0.0.1:8090/browse/POS-41' })
export const TicketFailed = withTicket({ state: 'failed', error: 'project: valid project is required' })
export const TicketUnclear = withTicket({ state: 'unknown', attempts: 3, error: 'No answer within 10 s' })
export const NoJira: Story = { ...withTicket(null), args: { jira: false } }
