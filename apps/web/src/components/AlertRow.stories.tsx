import type { Meta, StoryObj } from '@storybook/react-vite'
import { anAlert } from '../mocks/alerts'
import { AlertRow, type RowActions } from './AlertRow'

const nothing: RowActions = { move() {}, createTicket() {}, open() {}, focus() {} }
const now = () => new Date().toISOString()
const recent = () => ({ created_at: now(), first_seen: now(), last_seen: now() })

const meta: Meta<typeof AlertRow> = {
  component: AlertRow,
  args: { row: anAlert(recent()), index: 1, jira: true, href: '#', current: true, actions: nothing },
  decorators: [
    (Story) => (
      <div className="@container/list bg-surface">
        <div role="grid" aria-label="Alerts" className="@min-[44rem]/list:h-11 h-22">
          <div role="rowgroup" className="h-full">
            <Story />
          </div>
        </div>
      </div>
    ),
  ],
}
export default meta
type Story = StoryObj<typeof AlertRow>
const story = (over: Parameters<typeof anAlert>[0], args: Partial<NonNullable<Story['args']>> = {}): Story => ({
  args: { row: anAlert({ ...recent(), ...over }), ...args },
})

/** The first rule, just found: critical PRICE_MISSING, status NEW. */
export const CriticalNew = story({})
export const WarningAcknowledged = story({
  issue_code: 'PRODUCT_NOT_FOUND',
  severity: 'warning',
  status: 'ACKNOWLEDGED',
  title: 'Product not found',
  count: 1204,
})
export const InfoResolved = story({ issue_code: 'CARD_READER_RESET', severity: 'info', status: 'RESOLVED' })
export const CameBack = story({ regression: true, episode: 2, count: 77 })
export const LongTexts = story({
  issue_code: 'PAYMENT_GATEWAY_DID_NOT_ANSWER_WITHIN_THE_TIME_THAT_WAS_AGREED',
  title: 'The payment gateway did not answer within thirty seconds, for the third time in a row, on a Saturday',
  count: 1_234_567,
})
export const TicketPending = story({ ticket_state: 'pending' })
export const TicketCreated = story({
  ticket_state: 'created',
  jira_issue_key: 'POS-41',
  jira_url: 'http://127.0.0.1:8090/browse/POS-41',
})
export const TicketFailed = story({ ticket_state: 'failed' })
export const TicketUnclear = story({ ticket_state: 'unknown' })
export const NoJira = story({}, { jira: false })
export const Open = story({}, { open: true })
export const Leaving = story({ status: 'RESOLVED' }, { leaving: true })
export const Busy = story({}, { busy: true })
