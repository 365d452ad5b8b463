/** A short message with at most one thing to do about it. */
export interface Toast {
  id: number
  text: string
  tone: 'done' | 'failed'
  act?: { label: string; run: () => void; undo: boolean }
}

/** Time for reading, and for Undo. */
const SHOWN_MS = 10_000
const MOST = 4

/** The messages on the screen, the newest last. */
export class Toasts {
  readonly #listeners = new Set<() => void>()
  #toasts: readonly Toast[] = []
  #lastId = 0

  readonly all = () => this.#toasts

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(toast: Omit<Toast, 'id'>): void {
    this.#lastId += 1
    const id = this.#lastId
    this.#change([...this.#toasts, { ...toast, id }].slice(-MOST))
    setTimeout(() => this.close(id), SHOWN_MS)
  }

  close(id: number): void {
    this.#change(this.#toasts.filter((toast) => toast.id !== id))
  }

  run(toast: Toast): void {
    this.close(toast.id)
    toast.act?.run()
  }

  /** Undoes the newest thing that can be undone. */
  undoLast(): void {
    const toast = this.#toasts.findLast(({ act }) => act?.undo)
    if (toast) this.run(toast)
  }

  #change(toasts: readonly Toast[]): void {
    this.#toasts = toasts
    for (const listener of this.#listeners) listener()
  }
}
