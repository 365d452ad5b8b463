import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useState } from 'react'
import { useAlert } from '../hooks/useAlert'
import { texts } from '../texts'
import { AlertRow, type RowActions } from './AlertRow'

/** Heights are fixed, so nothing is measured and nothing jumps. The widths are those of styles.css. */
const ROW_PX = { phone: 88, touch: 56, desk: 44 }
const PHONE_BELOW_REM = 44
const HEAD_PX = 36
/** How near the end further pages are asked for. */
const ROWS_AHEAD = 20

export interface AlertGridProps {
  ids: readonly string[]
  leaving: ReadonlySet<string>
  total: number
  /** The one row that Tab reaches; the first when it is not in the list. */
  current: string | null
  open: string | null
  jira: boolean
  busy: boolean
  actions: RowActions
  linkTo: (id: string) => string
  onScroller: (scroller: HTMLElement | null) => void
  onNearEnd: () => void
  footer: ReactNode
}

/** The list: a grid of which only the rows in view exist. */
export function AlertGrid(props: AlertGridProps) {
  const { ids, total, current, open, busy, onScroller, onNearEnd, footer } = props
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const rowPx = useRowHeight(scroller)
  const tabStop = current !== null && ids.includes(current) ? current : ids[0]
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowPx,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    useFlushSync: false,
    // The current row exists even when it is scrolled away, or the keyboard would lose its place.
    rangeExtractor: (range) =>
      withIndex(defaultRangeExtractor(range), tabStop === undefined ? -1 : ids.indexOf(tabStop)),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height must be laid out at once.
  useEffect(() => virtual.measure(), [rowPx])
  useFollow(current, ids, virtual.scrollToIndex)

  const items = virtual.getVirtualItems()
  const lastInView = virtual.range?.endIndex ?? 0
  useEffect(() => {
    if (lastInView >= ids.length - ROWS_AHEAD) onNearEnd()
  }, [lastInView, ids.length, onNearEnd])

  return (
    <div
      id="alerts"
      tabIndex={-1}
      className={`@container/list relative h-full overflow-auto overscroll-contain rounded-lg border border-line bg-surface outline-none`}
      ref={(element) => {
        setScroller(element)
        onScroller(element)
      }}
    >
      <div role="grid" aria-label={texts.list.title} aria-rowcount={total + 1} aria-busy={busy}>
        <Head />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ key, index, start }) => {
            const id = ids[index]
            return id === undefined ? null : (
              <div
                key={key}
                role="presentation"
                className="absolute inset-x-0 top-0"
                style={{ height: rowPx, transform: `translateY(${start - HEAD_PX}px)` }}
              >
                <LiveRow {...props} id={id} index={index + 1} current={id === tabStop} open={id === open} />
              </div>
            )
          })}
        </div>
      </div>
      {footer}
    </div>
  )
}

const withIndex = (indexes: number[], index: number) =>
  index < 0 || indexes.includes(index) ? indexes : [...indexes, index].sort((a, b) => a - b)

function Head() {
  const { columns } = texts.list
  const names = ['id', 'issue', 'severity', 'status', 'created', 'count', 'actions'] as const
  return (
    <div role="rowgroup" className="alert-head top-0 z-10 border-line border-b bg-raised">
      <div role="row" aria-rowindex={1} className="alert-row h-full font-semibold text-muted text-xs">
        {names.map((name) => (
          <div key={name} role="columnheader" className={`cell-${name} ${name === 'count' ? 'pe-3 text-end' : ''}`}>
            {columns[name]}
          </div>
        ))}
      </div>
    </div>
  )
}

interface LiveRowProps extends Omit<AlertGridProps, 'current' | 'open' | 'busy'> {
  id: string
  index: number
  current: boolean
  open: boolean
}

function LiveRow({ id, index, current, open, leaving, jira, actions, linkTo }: LiveRowProps) {
  const view = useAlert(id)
  if (view === undefined) return null
  return (
    <AlertRow
      row={view.row}
      busy={view.busy}
      index={index}
      current={current}
      open={open}
      leaving={leaving.has(id)}
      jira={jira}
      href={linkTo(id)}
      actions={actions}
    />
  )
}

/** Keeps the current row in view, but only when the reader moved: news above it must not scroll the list. */
function useFollow(current: string | null, ids: readonly string[], scrollTo: (index: number) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new current row scrolls, never a new list.
  useEffect(() => {
    const index = current === null ? -1 : ids.indexOf(current)
    if (index >= 0) scrollTo(index)
  }, [current])
}

function useRowHeight(scroller: HTMLElement | null): number {
  const [height, setHeight] = useState(ROW_PX.desk)
  useEffect(() => {
    if (scroller === null) return
    const choose = () => {
      const rem = scroller.clientWidth / Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16')
      const wide = matchMedia('(pointer: coarse)').matches ? ROW_PX.touch : ROW_PX.desk
      setHeight(rem < PHONE_BELOW_REM ? ROW_PX.phone : wide)
    }
    choose()
    const observer = new ResizeObserver(choose)
    observer.observe(scroller)
    return () => observer.disconnect()
  }, [scroller])
  return height
}
