import { useState } from 'react'
import type { Sample } from '../../api/types'
import { texts } from '../../texts'
import { JsonView } from '../JsonView'
import { When } from '../When'
import { Section } from './Section'

/** The newest events behind the alert; each is drawn when it is opened. `undefined`: not read yet. */
export function SampleList({ samples }: { samples: readonly Sample[] | undefined }) {
  if (samples === undefined) return null
  return (
    <Section title={texts.detail.samples}>
      {samples.length === 0 && <p className="text-muted">{texts.detail.samplesNone}</p>}
      <ul className="flex flex-col gap-1">
        {samples.map((sample) => (
          <li key={`${sample.partition}/${sample.offset}`}>
            <SampleItem sample={sample} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function SampleItem({ sample }: { sample: Sample }) {
  const [open, setOpen] = useState(false)
  const place = `${sample.partition}/${sample.offset}`
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="rounded-sm py-0.5">
        <When at={sample.event_time} /> <span className="font-mono text-muted text-xs">{place}</span>
      </summary>
      {open && <JsonView label={`${texts.detail.samples} ${place}`} value={sample.event} />}
    </details>
  )
}
