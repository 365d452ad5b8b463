import { Button } from './Button'

export interface IconButtonProps {
  label: string
  /** Lines of the picture, in a box of 12 by 12. */
  path: string
  disabled?: boolean
  onPress: () => void
}

/** A button that is only a picture; its name is heard, and seen on hovering. */
export function IconButton({ label, path, disabled = false, onPress }: IconButtonProps) {
  return (
    <Button look="quiet" className="w-8 px-0!" aria-label={label} title={label} disabled={disabled} onPress={onPress}>
      <svg
        viewBox="0 0 12 12"
        className="size-4 fill-none stroke-current"
        strokeWidth="1.5"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d={path} />
      </svg>
    </Button>
  )
}
