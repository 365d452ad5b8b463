import { texts } from '../texts'

const ROWS = Array.from({ length: 12 }, (_, index) => `row-${index}`)

/** The list before it is read, in its true heights, so that nothing shifts when it comes. */
export function Skeleton() {
  return (
    <div role="status" className="h-full overflow-hidden rounded-lg border border-line bg-surface">
      <span className="sr-only">{texts.list.loading}</span>
      <div className="h-9 border-line border-b bg-raised" />
      {ROWS.map((row) => (
        <div key={row} className="flex h-11 items-center gap-4 border-line border-b px-3">
          <span className="skeleton h-4 w-16" />
          <span className="skeleton h-4 grow" />
          <span className="skeleton h-4 w-24" />
        </div>
      ))}
    </div>
  )
}
