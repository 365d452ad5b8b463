import { useEffect, useRef } from 'react'
import type { RowView } from '../../alerts/rows'
import { ApiError } from '../../api/client'
import type { AlertDetail as Detail } from '../../api/types'
import { useAlert } from '../../hooks/useAlert'
import { useAlertDetail } from '../../hooks/useAlertDetail'
import { texts } from '../../texts'
import { Failure } from '../Failure'
import { IconButton } from '../IconButton'
import { JsonView } from '../JsonView'
import { ChangeList } from './ChangeList'
import { DetailActions } from './DetailActions'
import { DetailHead } from './DetailHead'
import { Fix } from './Fix'
import { Happened } from './Happened'
import { SampleList } from './SampleList'
import { Section } from './Section'
import { TicketPanel } from './TicketPanel'

export interface AlertDetailProps {
  id: string
  jira: boolean
  /** Neighbours in the list; null at its ends. */
  previous: (() => void) | null
  next: (() => void) | null
  onClose: () => void
}

/** Everything about one alert, beside the list or over it. */
export function AlertDetail({ id, jira, previous, next, onClose }: AlertDetailProps) {
  const { data, error, refetch } = useAlertDetail(id)
  const live = useAlert(id)
  const view = live ?? (data && { row: data, busy: false })
  const again = () => void refetch()
  return (
    <aside
      aria-label={texts.detail.label}
      className="@container/detail flex h-full min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <div className="flex items-center gap-1 border-line border-b px-2 py-1.5">
        <IconButton
          label={texts.detail.previous}
          disabled={!previous}
          onPress={() => previous?.()}
          path="M8 2 4 6l4 4"
        />
        <IconButton label={texts.detail.next} disabled={!next} onPress={() => next?.()} path="m4 2 4 4-4 4" />
        <span className="grow" />
        <IconButton label={texts.action.close} onPress={onClose} path="m3 3 6 6m0-6L3 9" />
      </div>
      {error !== null && <Trouble error={error} onAgain={again} />}
      {view === undefined && error === null && <Loading />}
      {view !== undefined && <Loaded key={id} view={view} detail={data} jira={jira} />}
    </aside>
  )
}

/** The row is live; the rest was fetched, or is about to be. */
function Loaded({ view, detail, jira }: { view: RowView; detail: Detail | undefined; jira: boolean }) {
  const { row, busy } = view
  const heading = useRef<HTMLHeadingElement>(null)
  // Another alert is another page: the reader is put at its top.
  useEffect(() => heading.current?.focus(), [])
  return (
    <>
      <div className="min-h-0 grow overflow-y-auto overscroll-contain">
        <DetailHead row={row} heading={heading} />
        <div className="flex flex-col gap-6 p-4">
          <Happened row={row} />
          <Fix row={row} />
          <TicketPanel key={row.episode} row={row} ticket={detail?.ticket ?? null} jira={jira} busy={busy} />
          <Section title={texts.detail.raw}>
            <JsonView key={row.episode} label={texts.detail.raw} value={row.raw_log} />
          </Section>
          <SampleList samples={detail?.samples} />
          <ChangeList changes={detail?.changes} />
        </div>
      </div>
      <DetailActions row={row} busy={busy} jira={jira} />
    </>
  )
}

function Loading() {
  return (
    <p className="skeleton m-4 h-6">
      <span className="sr-only">{texts.detail.loading}</span>
    </p>
  )
}

function Trouble({ error, onAgain }: { error: Error; onAgain: () => void }) {
  if (error instanceof ApiError && error.status === 404) return <p className="p-4">{texts.detail.gone}</p>
  return <Failure error={error} what={texts.detail.failed} onAgain={onAgain} />
}
