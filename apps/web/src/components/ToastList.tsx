import { useSyncExternalStore } from 'react'
import { useConsole } from '../hooks/useConsole'
import { texts } from '../texts'

/** Results of what was done, with Undo or Try again. */
export function ToastList() {
  const { toasts } = useConsole()
  const all = useSyncExternalStore(toasts.subscribe, toasts.all)
  return (
    <div role="status" className="pointer-events-none fixed inset-x-4 bottom-20 z-30 flex flex-col items-center gap-2">
      {all.map((toast) => (
        <div
          key={toast.id}
          className={`pointer-events-auto flex max-w-xl items-center gap-3 rounded-lg border px-4 py-2 shadow-lg ${toast.tone === 'failed' ? 'border-critical bg-critical-soft text-critical-ink' : 'border-edge bg-raised text-text'}`}
        >
          <p>{toast.text}</p>
          {toast.act && (
            <button
              type="button"
              className="shrink-0 rounded-sm font-semibold underline underline-offset-2 pointer-coarse:h-11"
              onClick={() => toasts.run(toast)}
            >
              {toast.act.label}
            </button>
          )}
          <button
            type="button"
            aria-label={texts.action.close}
            className="size-6 shrink-0 rounded-sm pointer-coarse:size-11"
            onClick={() => toasts.close(toast.id)}
          >
            <span aria-hidden="true">×</span>
          </button>
        </div>
      ))}
    </div>
  )
}
