import { type ConfidenceWord, confidenceWord } from '../../alerts/confidence'
import { printable } from '../../alerts/printable'
import type { AlertRow } from '../../api/types'
import { texts } from '../../texts'
import { Section } from './Section'

const BAR: Record<ConfidenceWord, string> = { high: 'fill-ok', medium: 'fill-warning', low: 'fill-info' }

export function Fix({ row }: { row: AlertRow }) {
  return (
    <Section title={texts.detail.fix} aside={<Confidence percent={row.confidence} />}>
      <div className="rounded-md border border-line bg-page p-3">
        <p className="whitespace-pre-line break-words">
          {row.suggested_fix === '' ? texts.detail.noFix : <bdi>{printable(row.suggested_fix)}</bdi>}
        </p>
        {row.automation_possible && <p className="mt-1 text-muted text-xs">{texts.detail.automatable}</p>}
      </div>
    </Section>
  )
}

function Confidence({ percent }: { percent: number }) {
  const word = confidenceWord(percent)
  return (
    <p className="flex items-center gap-2 text-xs">
      <span className="text-muted">{texts.detail.confidence}</span>
      {/* The number beside it says the same. */}
      <svg
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        className="h-1.5 w-18 overflow-hidden rounded-full"
        aria-hidden="true"
      >
        <rect width="100" height="6" className="fill-line" />
        <rect width={percent} height="6" className={BAR[word]} />
      </svg>
      <span className="font-semibold">
        {percent}% {texts.detail.confidenceWord[word]}
      </span>
    </p>
  )
}
