import type { ReactNode } from 'react'
import { printable } from '../../alerts/printable'
import type { AlertRow } from '../../api/types'
import { texts } from '../../texts'
import { CopyableWhen } from '../When'
import { Section } from './Section'

export function Happened({ row }: { row: AlertRow }) {
  const words = texts.detail
  return (
    <Section title={words.what}>
      <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1">
        {Object.entries(row.group).map(([field, value]) => (
          <Fact key={field} name={<span className="font-mono text-xs">{printable(field)}</span>}>
            {value === null ? (
              <span className="text-muted">{words.noValue}</span>
            ) : (
              <bdi>{printable(String(value))}</bdi>
            )}
          </Fact>
        ))}
        {!('service' in row.group) && <Fact name={words.service}>{printable(row.service)}</Fact>}
        {!('env' in row.group) && <Fact name={words.environment}>{printable(row.env)}</Fact>}
        <Fact name={words.times}>{texts.list.count(row.count)}</Fact>
        <Fact name={words.first}>
          <CopyableWhen at={row.first_seen} />
        </Fact>
        <Fact name={words.last}>
          <CopyableWhen at={row.last_seen} />
        </Fact>
        {row.episode > 1 && <Fact name={words.episode}>{words.episodeBack(row.episode)}</Fact>}
      </dl>
    </Section>
  )
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="break-words">{children}</dd>
    </>
  )
}
