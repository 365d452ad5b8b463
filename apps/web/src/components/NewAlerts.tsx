import type { HoldReason } from '../alerts/hold'
import { texts } from '../texts'

/**
 * The alerts that wait, and why. Its place is kept when it is empty: a button that comes and goes would itself move
 * what is being read.
 */
export function NewAlerts({ held, hold, onShow }: { held: number; hold: HoldReason | null; onShow: () => void }) {
  const reason = hold !== null && (held > 0 || hold === 'paused') ? texts.held.reason[hold] : null
  return (
    <div className="flex h-11 w-34 shrink-0 flex-col items-start justify-center">
      {held > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="h-6 whitespace-nowrap rounded-full bg-accent px-3 font-semibold text-on-accent text-xs hover:opacity-90"
        >
          {texts.held.new(held)}
        </button>
      )}
      {reason !== null && <span className="whitespace-nowrap text-muted text-xs">{reason}</span>}
    </div>
  )
}
