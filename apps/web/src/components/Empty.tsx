import type { ReactNode } from 'react'
import type { Status } from '../api/types'
import { texts } from '../texts'
import { Button } from './Button'
import { CopyButton } from './CopyButton'
import { When } from './When'

export interface EmptyProps {
  filtered: boolean
  /** Undefined until it is read. */
  status: Status | undefined
  /** Whether who sends logs needs the key. */
  locked?: boolean
  onClear: () => void
}

/** An empty list is one of three things: all is well, the filters hide everything, or nothing was ever sent. */
export function Empty({ filtered, status, locked = false, onClear }: EmptyProps) {
  if (filtered) {
    return (
      <Frame title={texts.empty.filtered}>
        <Button onPress={onClear}>{texts.filters.clear}</Button>
      </Frame>
    )
  }
  if (status === undefined) return null
  if (status.last_event_at === null) return <Fresh locked={locked} />
  return (
    <Frame title={texts.empty.healthy}>
      <p className="text-muted">
        {texts.empty.lastEvent} <When at={status.last_event_at} />
      </p>
    </Frame>
  )
}

const TILL = 'http://127.0.0.1:3001'

function Fresh({ locked }: { locked: boolean }) {
  const event = {
    request_id: 'first-1',
    service: 'pos-demo',
    env: 'development',
    timestamp: new Date().toISOString(),
    action: 'create_order',
    level: 'error',
    message: 'Product price is null',
    product_id: 'p2',
    error_code: 'PRICE_MISSING',
  }
  const send = [
    `curl ${location.origin}/api/logs/ingest`,
    ...(locked ? ['-H "Authorization: Bearer $STACKLENS_API_KEY"'] : []),
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify(event, null, 2)}'`,
  ].join(' \\\n  ')
  return (
    <Frame title={texts.empty.fresh}>
      <div className="flex w-full max-w-2xl flex-col gap-3 text-start">
        <p>{texts.empty.freshHow}</p>
        <Command text={send} />
        <p>{texts.empty.freshShip}</p>
        <Command text={`stacklens ship logs/combined.log --to ${location.origin}`} />
        <p>{texts.empty.freshDemo}</p>
        <Command text="stacklens demo" />
        <p>
          {texts.empty.freshTill}{' '}
          <a href={TILL} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">
            {TILL}
          </a>
        </p>
      </div>
    </Frame>
  )
}

function Command({ text }: { text: string }) {
  return (
    <div className="flex items-start gap-2 rounded-md border border-line bg-page p-2">
      <pre className="min-w-0 grow whitespace-pre-wrap break-words font-mono text-xs">{text}</pre>
      <CopyButton text={() => text} />
    </div>
  )
}

function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div
      id="alerts"
      tabIndex={-1}
      className="flex h-full flex-col items-center justify-center gap-3 overflow-auto rounded-lg border border-line bg-surface p-6 text-center outline-none"
    >
      <p className="font-semibold text-base">{title}</p>
      {children}
    </div>
  )
}
