import type { Connection } from '../realtime/connection'
import { texts } from '../texts'
import { Button } from './Button'
import { ConnectionMark } from './ConnectionMark'
import { SettingsMenu } from './SettingsMenu'

export interface HeaderProps {
  connection: Connection
  paused: boolean
  newBuild: boolean
  signOut: (() => void) | null
  onPause: () => void
  onKeys: () => void
}

export function Header({ connection, paused, newBuild, signOut, onPause, onKeys }: HeaderProps) {
  return (
    <header className="flex h-13 shrink-0 items-center gap-3 border-line border-b bg-surface px-4">
      <span className="flex items-center gap-2 font-bold text-base">
        <Lens />
        {texts.product}
      </span>
      <span className="grow" />
      {newBuild && (
        <span className="hidden items-center gap-2 text-muted text-xs sm:flex">
          {texts.connection.newBuild}
          <Button size="small" onPress={() => location.reload()}>
            {texts.connection.reload}
          </Button>
        </span>
      )}
      <ConnectionMark word={connection.word} />
      <Button aria-pressed={paused} onPress={onPause} look={paused ? 'primary' : 'plain'} className="min-w-20">
        {paused ? texts.pause.resume : texts.pause.pause}
      </Button>
      <SettingsMenu signOut={signOut} onKeys={onKeys} />
    </header>
  )
}

function Lens() {
  return (
    <svg
      viewBox="0 0 20 20"
      className="size-5 fill-none stroke-accent"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M2 4h16M2 9h9M2 14h6" />
      <circle cx="14" cy="13" r="3.5" />
    </svg>
  )
}
