import type { AlertStatus, Severity } from '../api/types'
import { texts } from '../texts'

// Shape and word carry the meaning; simulated for colour-blind eyes, critical and warning are the same grey.
const SEVERITY: Record<Severity, { className: string; shape: string }> = {
  critical: { className: 'bg-critical text-on-critical', shape: 'M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z' },
  warning: { className: 'bg-warning-soft text-warning-ink', shape: 'M6 .5 12 11.5H0z' },
  info: {
    className: 'bg-info-soft text-info-ink',
    shape: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1m0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  },
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  const { className, shape } = SEVERITY[severity]
  return (
    <span
      className={`inline-flex h-5.5 items-center gap-1.5 whitespace-nowrap rounded-md px-2 font-semibold text-xs ${className}`}
    >
      <Shape path={shape} />
      {texts.severity[severity]}
    </span>
  )
}

const STATUS: Record<AlertStatus, { className: string; shape: string }> = {
  NEW: { className: 'text-accent', shape: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1' },
  ACKNOWLEDGED: {
    className: 'text-warning',
    shape: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1m0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  },
  RESOLVED: { className: 'text-ok', shape: 'M4.4 10.6.6 6.8 2 5.4l2.4 2.4L10 2.2l1.4 1.4z' },
}

export function StatusMark({ status }: { status: AlertStatus }) {
  const { className, shape } = STATUS[status]
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span className={className}>
        <Shape path={shape} />
      </span>
      {texts.status[status]}
    </span>
  )
}

function Shape({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 12 12" className="size-2.5 shrink-0 fill-current" fillRule="evenodd" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}
