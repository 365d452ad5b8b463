import type { Meta, StoryObj } from '@storybook/react-vite'
import { NO_FILTER, SEVERITIES, STATUSES } from '../alerts/filters'
import { ApiError } from '../api/client'
import { aStatus } from '../mocks/alerts'
import type { ConnectionWord } from '../realtime/connection'
import { Banner } from './Banner'
import { Button } from './Button'
import { SeverityBadge, StatusMark } from './badges'
import { ConnectionMark } from './ConnectionMark'
import { Empty } from './Empty'
import { Failure } from './Failure'
import { JsonView } from './JsonView'
import { NewAlerts } from './NewAlerts'
import { Skeleton } from './Skeleton'
import { Toolbar } from './Toolbar'

/** The small parts of the page, each in all its states. */
const meta: Meta = { title: 'components/parts' }
export default meta
type Story = StoryObj

const WORDS: ConnectionWord[] = ['connecting', 'live', 'reconnecting', 'polling', 'offline', 'signed-out', 'refused']
const nothing = () => undefined

export const Badges: Story = {
  render: () => (
    <div className="flex flex-wrap gap-4 bg-surface p-4">
      {SEVERITIES.map((severity) => (
        <SeverityBadge key={severity} severity={severity} />
      ))}
      {STATUSES.map((status) => (
        <StatusMark key={status} status={status} />
      ))}
    </div>
  ),
}

export const Buttons: Story = {
  render: () => (
    <div className="flex flex-wrap gap-2 p-4">
      <Button onPress={nothing}>Plain</Button>
      <Button look="primary" onPress={nothing}>
        Primary
      </Button>
      <Button look="quiet" onPress={nothing}>
        Quiet
      </Button>
      <Button disabled="This is the reason" onPress={nothing}>
        Disabled
      </Button>
      <Button busy onPress={nothing}>
        Busy
      </Button>
    </div>
  ),
}

export const Connection: Story = {
  render: () => (
    <div className="flex flex-col gap-3 p-4">
      {WORDS.map((word) => (
        <div key={word} className="flex flex-col gap-2">
          <ConnectionMark word={word} />
          <Banner connection={{ word, banner: true, asOf: Date.UTC(2026, 10, 22, 14, 53, 35) }} onTryNow={nothing} />
        </div>
      ))}
    </div>
  ),
}

export const NewAlertsWaiting: Story = {
  render: () => (
    <div className="flex gap-4 p-4">
      <NewAlerts held={3} hold="scrolled" onShow={nothing} />
      <NewAlerts held={1} hold="detail" onShow={nothing} />
      <NewAlerts held={0} hold="paused" onShow={nothing} />
    </div>
  ),
}

export const Filters: Story = {
  render: () => <Toolbar filter={{ ...NO_FILTER, severity: ['critical'], q: 'price' }} onFilter={nothing} />,
}

export const EmptyHealthy: Story = {
  render: () => (
    <Empty filtered={false} status={aStatus({ last_event_at: new Date().toISOString() })} onClear={nothing} />
  ),
}
export const EmptyFiltered: Story = { render: () => <Empty filtered status={aStatus()} onClear={nothing} /> }
export const EmptyNewInstall: Story = {
  render: () => <Empty filtered={false} status={aStatus({ last_event_at: null })} onClear={nothing} />,
}

export const Failed: Story = {
  render: () => (
    <Failure
      what="The alerts could not be read."
      error={new ApiError(503, 'The database does not answer.', 'req-7f3a')}
      onAgain={nothing}
    />
  ),
}

export const Loading: Story = { render: () => <Skeleton /> }

export const Json: Story = {
  render: () => (
    <JsonView
      label="Raw log"
      value={{
        message: 'Product price is null <script>alert(1)</script> \u001b[31mred',
        price: null,
        request: { method: 'POST', path: '/order', headers: { accept: 'application/json' } },
        items: [
          { sku: 'MOU001', quantity: 2 },
          { sku: 'KEY001', quantity: 1 },
        ],
      }}
    />
  ),
}
