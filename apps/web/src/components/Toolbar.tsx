import { memo, useEffect, useState } from 'react'
import { type Filter, isFiltered, NO_FILTER, SEVERITIES, STATUSES, toggled } from '../alerts/filters'
import { texts } from '../texts'
import { Button } from './Button'

export interface ToolbarProps {
  filter: Filter
  onFilter: (filter: Filter, step?: boolean) => void
}

/** Search and filters; what they say is in the address. */
export const Toolbar = memo(function Toolbar({ filter, onFilter }: ToolbarProps) {
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2">
      <Search q={filter.q} onSearch={(q) => onFilter({ ...filter, q }, false)} />
      <div className="flex max-w-full gap-x-4 overflow-x-auto p-0.5">
        <Chips
          label={texts.filters.severity}
          all={SEVERITIES}
          chosen={filter.severity}
          words={texts.severity}
          onToggle={(value) => onFilter({ ...filter, severity: toggled(SEVERITIES, filter.severity, value) })}
        />
        <Chips
          label={texts.filters.status}
          all={STATUSES}
          chosen={filter.status}
          words={texts.status}
          onToggle={(value) => onFilter({ ...filter, status: toggled(STATUSES, filter.status, value) })}
        />
      </div>
      {isFiltered(filter) && (
        <Button look="quiet" size="small" onPress={() => onFilter(NO_FILTER)}>
          {texts.filters.clear}
        </Button>
      )}
    </div>
  )
})

/** How long typing must rest before the server is asked. */
const TYPED_MS = 200

function Search({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const [typed, setTyped] = useState(q)
  const [known, setKnown] = useState(q)
  // The address changed by other means (Back, "Clear filters"): the field follows.
  if (q !== known) {
    setKnown(q)
    if (q !== typed.trim()) setTyped(q)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait.
  useEffect(() => {
    if (typed.trim() === q) return
    const timer = setTimeout(() => onSearch(typed.trim()), TYPED_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <input
      id="search"
      type="search"
      aria-label={texts.search.label}
      placeholder={texts.search.placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
      className="h-8 w-64 max-w-full grow rounded-md border border-edge bg-surface px-2.5 placeholder:text-muted sm:grow-0 pointer-coarse:h-11"
    />
  )
}

interface ChipsProps<Value extends string> {
  label: string
  all: readonly Value[]
  chosen: readonly Value[]
  words: Record<Value, string>
  onToggle: (value: Value) => void
}

function Chips<Value extends string>({ label, all, chosen, words, onToggle }: ChipsProps<Value>) {
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{label}</legend>
      {all.map((value) => {
        const on = chosen.includes(value)
        return (
          <button
            key={value}
            type="button"
            aria-pressed={on}
            onClick={() => onToggle(value)}
            className={`h-8 whitespace-nowrap rounded-md border px-2.5 text-xs pointer-coarse:h-11 ${on ? 'border-accent bg-accent-soft font-semibold text-accent' : 'border-edge/60 bg-surface text-text hover:bg-raised'}`}
          >
            {words[value]}
          </button>
        )
      })}
    </fieldset>
  )
}
