import { useState } from 'react'

export type Copied = 'idle' | 'copied' | 'failed'

const SHOWN_MS = 2000

/** Copies text and says for two seconds how it went. Browsers refuse on plain HTTP from another machine. */
export function useCopy(): [Copied, (text: string) => void] {
  const [copied, setCopied] = useState<Copied>('idle')
  const copy = (text: string) => {
    const told = (how: Copied) => {
      setCopied(how)
      setTimeout(() => setCopied('idle'), SHOWN_MS)
    }
    Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))).then(
      () => told('copied'),
      () => told('failed'),
    )
  }
  return [copied, copy]
}
