import type { Change } from '../../api/types'
import { texts } from '../../texts'
import { When } from '../When'
import { Section } from './Section'

/** What happened to the alert, the newest first. `undefined`: not read yet. */
export function ChangeList({ changes }: { changes: readonly Change[] | undefined }) {
  if (changes === undefined) return null
  return (
    <Section title={texts.detail.changes}>
      <ol className="flex flex-col gap-1.5 border-line border-s-2 ps-3">
        {changes
          .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
          .map((change) => (
            <li key={change.id} className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span>{texts.change[change.kind] ?? change.kind}</span>
              <span className="text-muted text-xs">
                {texts.actor(change.actor)} · <When at={change.at} />
              </span>
            </li>
          ))}
      </ol>
    </Section>
  )
}
