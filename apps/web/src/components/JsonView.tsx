import { type ReactNode, useState } from 'react'
import { printable } from '../alerts/printable'
import { levelsWithin } from '../alerts/tree'
import { texts } from '../texts'
import { Button } from './Button'
import { CopyButton } from './CopyButton'

/** Levels that are open at first, if they are not too large to take in, and members that "Expand all" may draw. */
const OPEN_LEVELS = 2
const MOST_AT_FIRST = 200
const MOST_EXPANDED = 3000
/** Members of one object shown at once, and characters of one text. */
const MEMBERS_STEP = 100
const LONG_TEXT = 2000

export interface JsonViewProps {
  label: string
  value: unknown
}

/** A value from a log as a tree that folds. Text only: nothing in it is ever markup or a link. */
export function JsonView({ label, value }: JsonViewProps) {
  // A new `round` draws the tree anew, with its branches open down to `levels`.
  const atFirst = () => ({ levels: Math.max(1, Math.min(OPEN_LEVELS, levelsWithin(value, MOST_AT_FIRST))), round: 0 })
  const [{ levels, round }, setFold] = useState(atFirst)
  const fold = (next: number) => setFold({ levels: next, round: round + 1 })
  return (
    <div className="overflow-hidden rounded-md border border-line bg-page">
      <div className="flex flex-wrap justify-end gap-1.5 border-line border-b p-1.5">
        <Button size="small" look="quiet" onPress={() => fold(levelsWithin(value, MOST_EXPANDED))}>
          {texts.json.expand}
        </Button>
        <Button size="small" look="quiet" onPress={() => fold(1)}>
          {texts.json.collapse}
        </Button>
        <CopyButton text={() => JSON.stringify(value, null, 2)} />
      </div>
      <div
        role="region"
        aria-label={texts.json.tree(label)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="max-h-96 overflow-auto p-2 font-mono text-xs leading-5 -outline-offset-2"
      >
        <Node key={round} value={value} level={0} levels={levels} />
      </div>
    </div>
  )
}

interface NodeProps {
  name?: string
  value: unknown
  level: number
  levels: number
}

function Node({ name, value, level, levels }: NodeProps) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="ps-4">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    )
  }
  return (
    <Branch name={name} members={Object.entries(value)} list={Array.isArray(value)} level={level} levels={levels} />
  )
}

interface BranchProps {
  name: string | undefined
  members: [string, unknown][]
  list: boolean
  level: number
  levels: number
}

function Branch({ name, members, list, level, levels }: BranchProps) {
  const [open, setOpen] = useState(level < levels)
  const [shown, setShown] = useState(MEMBERS_STEP)
  const [before, after] = list ? ['[', ']'] : ['{', '}']
  const size = list ? texts.json.items(members.length) : texts.json.members(members.length)
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className={level === 0 ? '' : 'ps-4'}>
      <summary className="rounded-sm py-0.5">
        <Name name={name} />
        <span className="text-muted">
          {before} {size} {after}
        </span>
      </summary>
      {/* Only what is open exists, so depth and width cost nothing until they are looked at. */}
      {open &&
        members
          .slice(0, shown)
          .map(([key, value]) => <Node key={key} name={key} value={value} level={level + 1} levels={levels} />)}
      {open && members.length > shown && (
        <More onPress={() => setShown(shown + MEMBERS_STEP)}>{texts.json.more(members.length - shown)}</More>
      )}
    </details>
  )
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className="text-muted">{printable(name)}: </span>
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false)
  if (typeof value !== 'string') return <span className="text-number">{String(value)}</span>
  const text = JSON.stringify(whole ? value : value.slice(0, LONG_TEXT))
  return (
    <>
      <bdi className="whitespace-pre-wrap break-words text-ok-ink">{printable(text)}</bdi>
      {!whole && value.length > LONG_TEXT && <More onPress={() => setWhole(true)}>{texts.json.wholeText}</More>}
    </>
  )
}

function More({ onPress, children }: { onPress: () => void; children: ReactNode }) {
  return (
    <div className="ps-4">
      <Button size="small" look="quiet" onPress={onPress}>
        {children}
      </Button>
    </div>
  )
}
