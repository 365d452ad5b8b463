import type { RefObject } from 'react'
import { printable } from '../../alerts/printable'
import type { AlertRow } from '../../api/types'
import { texts } from '../../texts'
import { SeverityBadge, StatusMark } from '../badges'
import { CopyButton } from '../CopyButton'
import { CopyableWhen } from '../When'

export function DetailHead({ row, heading }: { row: AlertRow; heading: RefObject<HTMLHeadingElement | null> }) {
  return (
    <header className="border-line border-b p-4">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <SeverityBadge severity={row.severity} />
        <StatusMark status={row.status} />
        {row.regression && (
          <span className="rounded bg-warning-soft px-1.5 text-warning-ink text-xs">{texts.list.regression}</span>
        )}
      </div>
      <h2 ref={heading} tabIndex={-1} className="break-words font-semibold text-lg outline-none">
        {printable(row.issue_code)}
      </h2>
      <p className="break-words text-muted">
        <bdi>{printable(row.title)}</bdi>
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1.5 text-muted text-xs">
        <span className="break-all font-mono">{row.id}</span>
        <span>
          {texts.detail.seenLast(row.count)} <CopyableWhen at={row.last_seen} />
        </span>
      </div>
      <div className="mt-2 flex flex-wrap gap-1.5">
        <CopyButton text={() => row.id}>{texts.detail.copyId}</CopyButton>
        <CopyButton text={() => `${location.origin}/alerts/${row.id}`}>{texts.detail.copyLink}</CopyButton>
      </div>
    </header>
  )
}
