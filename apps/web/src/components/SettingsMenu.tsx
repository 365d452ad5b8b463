import { useId } from 'react'
import { THEMES, useSettings } from '../hooks/useSettings'
import { texts } from '../texts'
import { Button } from './Button'

/** The reader's choices, in a small popover of the browser's own (Esc and a click elsewhere close it). */
export function SettingsMenu({ signOut, onKeys }: { signOut: (() => void) | null; onKeys: () => void }) {
  const id = useId()
  const [{ theme, letters }, choose] = useSettings()
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={texts.settings.title}
        title={texts.settings.title}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md border border-edge/60 bg-surface hover:bg-raised pointer-coarse:size-11"
      >
        <svg
          viewBox="0 0 16 16"
          className="size-4 fill-none stroke-current"
          strokeWidth="1.5"
          strokeLinecap="round"
          aria-hidden="true"
        >
          <path d="M2 4.5h6m5 0h1M2 11.5h1m5 0h6" />
          <circle cx="10.5" cy="4.5" r="2" />
          <circle cx="5.5" cy="11.5" r="2" />
        </svg>
      </button>
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label={texts.settings.title}
        className="fixed inset-auto top-14 right-4 w-72 rounded-lg border border-line bg-surface p-4 text-text shadow-xl"
      >
        <fieldset className="mb-4">
          <legend className="mb-1 font-semibold">{texts.settings.theme}</legend>
          <div className="flex gap-4">
            {THEMES.map((one) => (
              <label key={one} className="flex items-center gap-1.5 py-1">
                <input
                  type="radio"
                  name="theme"
                  className="accent-accent"
                  checked={theme === one}
                  onChange={() => choose({ theme: one })}
                />
                {texts.settings.themes[one]}
              </label>
            ))}
          </div>
        </fieldset>
        <label className="flex items-center gap-1.5 font-semibold">
          <input
            type="checkbox"
            className="accent-accent"
            checked={letters}
            onChange={(event) => choose({ letters: event.target.checked })}
          />
          {texts.settings.letters}
        </label>
        <p className="mt-1 mb-3 text-muted text-xs">{texts.settings.lettersHint}</p>
        <div className="flex flex-wrap gap-2">
          <Button size="small" onPress={onKeys}>
            {texts.settings.keys}
          </Button>
          {signOut && (
            <Button size="small" onPress={signOut}>
              {texts.session.out}
            </Button>
          )}
        </div>
      </div>
    </>
  )
}
