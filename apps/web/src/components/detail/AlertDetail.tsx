import { useEffect, useRef } from 'react'
import type { AlertRow } from '../../api/types'
import { useAlert } from '../../hooks/useAlert'
import { useAlertDetail } from '../../hooks/useAlertDetail'
import { texts } from '../../texts'
import { Button } from '../Button'
import { Failure } from '../Failure'
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
  const view = useAlert(id)
  const heading = useRef<HTMLHeadingElement>(null)
  const row: AlertRow | undefined = view?.row ?? data
  const known = row !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: another alert is another page; the reader is put at its top.
  useEffect(() => heading.current?.focus(), [id, known])

  return (
    <aside
      aria-label={texts.detail.label}
      className="@container/detail flex h-full min-h-0 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <div className="flex items-center gap-1 border-line border-b px-2 py-1.5">
        <Neighbour label={texts.detail.previous} go={previous} path="M8 2 4 6l4 4" />
        <Neighbour label={texts.detail.next} go={next} path="m4 2 4 4-4 4" />
        <span className="grow" />
        <IconButton label={texts.action.close} onPress={onClose} path="m3 3 6 6m0-6L3 9" />
      </div>
      {row === undefined ? (
        <div className="p-4">
          {error === null ? (
            <p className="skeleton h-6">
              <span className="sr-only">{texts.detail.loading}</span>
            </p>
          ) : (
            <Failure error={error} what={texts.detail.failed} onAgain={() => void refetch()} />
          )}
        </div>
      ) : (
        <>
          <div className="min-h-0 grow overflow-y-auto overscroll-contain">
            <DetailHead row={row} heading={heading} />
            <div className="flex flex-col gap-6 p-4">
              {error !== null && <Failure error={error} what={texts.detail.failed} onAgain={() => void refetch()} />}
              <Happened row={row} />
              <Fix row={row} />
              <TicketPanel
                key={`${id}/${row.episode}`}
                row={row}
                ticket={data?.ticket ?? null}
                jira={jira}
                busy={view?.busy ?? false}
              />
              <Section title={texts.detail.raw}>
                <JsonView key={id} label={texts.detail.raw} value={row.raw_log} />
              </Section>
              <SampleList samples={data?.samples} />
              <ChangeList changes={data?.changes} />
            </div>
          </div>
          <DetailActions row={row} busy={view?.busy ?? false} jira={jira} />
        </>
      )}
    </aside>
  )
}

function Neighbour({ label, go, path }: { label: string; go: (() => void) | null; path: string }) {
  return <IconButton label={label} disabled={go === null} onPress={() => go?.()} path={path} />
}

interface IconButtonProps {
  label: string
  path: string
  disabled?: boolean
  onPress: () => void
}

function IconButton({ label, path, disabled = false, onPress }: IconButtonProps) {
  return (
    <Button look="quiet" className="w-8 px-0!" aria-label={label} title={label} disabled={disabled} onPress={onPress}>
      <svg
        viewBox="0 0 12 12"
        className="size-4 fill-none stroke-current"
        strokeWidth="1.5"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d={path} />
      </svg>
    </Button>
  )
}
