import { useCopy } from '../hooks/useCopy'
import { texts } from '../texts'
import { Button } from './Button'

/** Copies what `text` gives: from the data, not from what is drawn. */
export function CopyButton({ text, children = texts.action.copy }: { text: () => string; children?: string }) {
  const [copied, copy] = useCopy()
  const said = { idle: children, copied: texts.action.copied, failed: texts.action.copyFailed }[copied]
  return (
    <Button size="small" onPress={() => copy(text())}>
      <span aria-live="polite">{said}</span>
    </Button>
  )
}
