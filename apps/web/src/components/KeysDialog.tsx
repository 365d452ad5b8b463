import { useEffect, useRef } from 'react'
import { texts } from '../texts'
import { Button } from './Button'

export function KeysDialog({ letters, onClose }: { letters: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-label={texts.keys.title}
      onClose={onClose}
      className="m-auto w-96 max-w-[calc(100vw-2rem)] rounded-lg border border-line bg-surface p-5 text-text shadow-xl backdrop:bg-black/40"
    >
      <h2 className="mb-3 font-semibold text-lg">{texts.keys.title}</h2>
      {!letters && <p className="mb-3 rounded-md bg-warning-soft p-2 text-warning-ink">{texts.keys.off}</p>}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
        {texts.keys.list.map(([keys, what]) => (
          <div key={keys} className="contents">
            <dt className="whitespace-pre font-mono text-muted">{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex justify-end">
        <Button onPress={() => dialog.current?.close()}>{texts.action.close}</Button>
      </div>
    </dialog>
  )
}
