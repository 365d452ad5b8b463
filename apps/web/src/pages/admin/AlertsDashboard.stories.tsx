import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState } from 'react'
import { App } from '../../App'
import { anAlert, someAlerts } from '../../mocks/alerts'
import { aStoryConsole, backendOf } from '../../mocks/story'
import { AlertsDashboard } from './AlertsDashboard'

function Page() {
  const [console] = useState(aStoryConsole)
  return (
    <div className="h-svh">
      <App console={console} />
    </div>
  )
}

const meta: Meta<typeof AlertsDashboard> = {
  component: AlertsDashboard,
  parameters: { layout: 'fullscreen' },
  render: () => <Page />,
}
export default meta
type Story = StoryObj<typeof AlertsDashboard>

const mixed = [
  anAlert(),
  ...someAlerts(40).map((row, index) => ({
    ...row,
    severity: (['warning', 'info', 'critical'] as const)[index % 3] ?? 'info',
    status: (['NEW', 'ACKNOWLEDGED', 'RESOLVED'] as const)[index % 3] ?? 'NEW',
  })),
]

export const Alerts: Story = { loaders: [backendOf(mixed)] }
export const AllIsWell: Story = { loaders: [backendOf([])] }
export const NewInstall: Story = {
  loaders: [
    backendOf([], (backend) => {
      backend.status = { last_event_at: null }
    }),
  ],
}
export const KeyNeeded: Story = {
  loaders: [
    backendOf([], (backend) => {
      backend.session = { ...backend.session, required: true, authenticated: false }
    }),
  ],
}
