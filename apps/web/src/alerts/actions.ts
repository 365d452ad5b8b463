import { type Api, ApiError, type Move } from '../api/client'
import type { AlertRow, AlertStatus, Ticket } from '../api/types'
import { texts } from '../texts'
import type { AlertList } from './list'
import type { AlertRows } from './rows'
import { shortTime } from './time'
import type { Toasts } from './toasts'

const BECOMES: Record<Move, AlertStatus> = { acknowledge: 'ACKNOWLEDGED', resolve: 'RESOLVED', reopen: 'NEW' }

/** What may be done in which state: the server's rule, so that the page does not offer what would be refused. */
const ALLOWED: Record<Move, readonly AlertStatus[]> = {
  acknowledge: ['NEW'],
  resolve: ['NEW', 'ACKNOWLEDGED'],
  reopen: ['ACKNOWLEDGED', 'RESOLVED'],
}

export const can = (move: Move, status: AlertStatus) => ALLOWED[move].includes(status)

/** The moves that bring an alert back: there is no way from resolved to acknowledged but through new. */
export function wayBack(from: AlertStatus, to: AlertStatus): Move[] {
  if (from === to) return []
  if (to === 'NEW') return ['reopen']
  if (to === 'RESOLVED') return ['resolve']
  return from === 'NEW' ? ['acknowledge'] : ['reopen', 'acknowledge']
}

export interface ActionParts {
  api: Api
  rows: AlertRows
  list: AlertList
  toasts: Toasts
  /** Milliseconds. */
  now: () => number
  /** Called when something was asked of Jira, with the alert's id. */
  onTicket: (id: string) => void
}

/** What a person can do to an alert. Shown at once, taken back when the server says no; the person is told why. */
export class Actions {
  readonly #parts: ActionParts
  /** What is under way for each alert: the next thing asked of it waits, for it depends on how that ended. */
  readonly #turns = new Map<string, Promise<void>>()

  constructor(parts: ActionParts) {
    this.#parts = parts
  }

  move(id: string, move: Move): Promise<void> {
    return this.#inTurn(id, () => this.#move(id, move))
  }

  createTicket(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      const state = this.#parts.rows.get(id)?.ticket_state
      if (state === null || state === 'failed') await this.#ask(id, texts.ticket.create, (api) => api.requestTicket(id))
    })
  }

  /** Undoes the newest thing that can be undone, also one whose answer is still on its way. */
  async undo(): Promise<void> {
    await Promise.all(this.#turns.values())
    this.#parts.toasts.undoLast()
  }

  async #inTurn(id: string, act: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(id)
    const turn = before === undefined ? act() : before.then(act)
    const ended = turn.catch(() => undefined)
    this.#turns.set(id, ended)
    try {
      await turn
    } finally {
      if (this.#turns.get(id) === ended) this.#turns.delete(id)
    }
  }

  async #move(id: string, move: Move): Promise<void> {
    const { rows, toasts } = this.#parts
    const row = rows.get(id)
    if (row === undefined || !can(move, row.status)) return
    const before = row.status
    const moved = await this.#send(id, move)
    if (moved === null) return
    const undo = () => void this.#inTurn(id, () => this.#walk(id, wayBack(moved.status, before)))
    toasts.show({
      text: texts.action.done[move](moved.issue_code),
      tone: 'done',
      act: { label: texts.action.undo, run: undo, undo: true },
    })
  }

  lookForTicket(id: string): Promise<void> {
    return this.#ask(id, texts.ticket.look, (api) => api.lookForTicket(id))
  }

  linkTicket(id: string, key: string): Promise<void> {
    return this.#ask(id, texts.ticket.link, (api) => api.linkTicket(id, key))
  }

  createTicketAnyway(id: string): Promise<void> {
    return this.#ask(id, texts.ticket.anyway, (api) => api.createTicketAnyway(id))
  }

  async #walk(id: string, moves: readonly Move[]): Promise<void> {
    for (const move of moves) if ((await this.#send(id, move)) === null) return
  }

  /** One change of state. Returns the row after it, or null when it did not happen; the person was told why. */
  async #send(id: string, move: Move): Promise<AlertRow | null> {
    const { api, rows, list, now } = this.#parts
    const row = rows.get(id)
    if (row === undefined) return null
    const takeBack = rows.propose(id, { status: BECOMES[move] })
    try {
      const moved = await api.moveAlert(id, move, row.version)
      list.apply(moved, now())
      return moved
    } catch (error) {
      this.#explain(texts.action[move], error, () => void this.move(id, move))
      return null
    } finally {
      takeBack()
    }
  }

  /** One request about the ticket. The row says "pending" until the answer, and then what the stream brings. */
  async #ask(id: string, what: string, request: (api: Api) => Promise<Ticket>): Promise<void> {
    const { api, rows, onTicket } = this.#parts
    const before = rows.get(id)
    const takeBack = rows.propose(id, { ticket_state: 'pending' })
    try {
      const { state, key, url } = await request(api)
      // The socket may have been faster and know more than this answer.
      if (rows.get(id) === before) rows.amend(id, { ticket_state: state, jira_issue_key: key, jira_url: url })
    } catch (error) {
      this.#explain(what, error, () => void this.#ask(id, what, request))
    } finally {
      takeBack()
      onTicket(id)
    }
  }

  #explain(what: string, error: unknown, again: () => void): void {
    const { toasts, list, now } = this.#parts
    if (!(error instanceof ApiError)) throw error
    const { present } = error
    if (present !== null) {
      list.apply(present, now())
      const since = { NEW: null, ACKNOWLEDGED: present.acknowledged_at, RESOLVED: present.resolved_at }[present.status]
      const text = texts.action.conflict(present.status, since === null ? null : shortTime(since, now()))
      toasts.show({ text, tone: 'failed' })
    } else {
      const act = { label: texts.action.again, run: again, undo: false }
      toasts.show({
        text: texts.action.failed(what, error.message),
        tone: 'failed',
        ...(error.status !== 409 && { act }),
      })
    }
  }
}
