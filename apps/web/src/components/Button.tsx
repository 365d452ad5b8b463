import type { ComponentProps, MouseEvent, ReactNode } from 'react'

type Look = 'plain' | 'primary' | 'quiet'

// Each look is whole: two classes that set the same property would fight, and the loser was once unreadable.
const LOOKS: Record<Look, string> = {
  plain: 'border-edge/60 bg-surface text-text not-aria-disabled:hover:bg-raised',
  primary: 'border-accent bg-accent font-semibold text-on-accent not-aria-disabled:hover:opacity-90',
  quiet: 'border-transparent bg-transparent text-accent not-aria-disabled:hover:bg-raised',
}

const SIZES = {
  small: 'h-7 rounded-md px-2 text-xs pointer-coarse:h-11',
  normal: 'h-8 rounded-md px-3 text-sm pointer-coarse:h-11 pointer-coarse:px-4',
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'onClick' | 'disabled'> {
  look?: Look
  size?: keyof typeof SIZES
  busy?: boolean
  /** Why it cannot be pressed now: true, or the reason, which is then shown on hover and read aloud. */
  disabled?: boolean | string | null
  onPress: () => void
  children: ReactNode
}

/** A button that keeps the focus when it cannot be pressed, so that a keyboard does not lose its place. */
export function Button({
  look = 'plain',
  size = 'normal',
  busy = false,
  disabled,
  onPress,
  className,
  children,
  ...rest
}: ButtonProps) {
  const off = busy || Boolean(disabled)
  const press = (event: MouseEvent) => {
    event.stopPropagation()
    // The second click of a double click would hit what the first one put there.
    if (!off && event.detail < 2) onPress()
  }
  return (
    <button
      type="button"
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={typeof disabled === 'string' ? disabled : undefined}
      onClick={press}
      className={`inline-flex shrink-0 items-center justify-center whitespace-nowrap border duration-100 motion-safe:transition-colors ${LOOKS[look]} ${SIZES[size]} ${busy ? 'busy' : 'aria-disabled:opacity-50'} ${className ?? ''}`}
      {...rest}
    >
      {children}
    </button>
  )
}
