import { describe, expect, it, vi } from 'vitest'
import { anAlert } from '../mocks/alerts'
import { AlertRows } from './rows'

const rowsWith = (...all: Parameters<typeof anAlert>) => {
  const rows = new AlertRows()
  rows.put(anAlert(...all))
  return rows
}
const id = anAlert().id

describe('rows', () => {
  it('a replayed or older row changes nothing', () => {
    const rows = rowsWith({ seq: 5, count: 7 })
    expect(rows.put(anAlert({ seq: 5, count: 1 }))).toBe(false)
    expect(rows.put(anAlert({ seq: 4, count: 1 }))).toBe(false)
    expect(rows.get(id)?.count).toBe(7)
  })

  it('only those who watch an alert hear of it, and no longer after they left', () => {
    const rows = rowsWith()
    const mine = vi.fn()
    const other = vi.fn()
    const stop = rows.subscribe(id, mine)
    rows.subscribe('another', other)
    rows.put(anAlert({ seq: 2 }))
    stop()
    rows.put(anAlert({ seq: 3 }))
    expect(mine).toHaveBeenCalledTimes(1)
    expect(other).not.toHaveBeenCalled()
  })

  it('a view stays the same object until its row changes', () => {
    const rows = rowsWith()
    const before = rows.view(id)
    expect(rows.view(id)).toBe(before)
    rows.put(anAlert({ seq: 2 }))
    expect(rows.view(id)).not.toBe(before)
    expect(rows.view('nobody')).toBeUndefined()
  })

  it('a proposal lies over the row, also over news of it, until it is taken back', () => {
    const rows = rowsWith()
    const takeBack = rows.propose(id, { status: 'RESOLVED' })
    rows.put(anAlert({ seq: 2, count: 9 }))
    expect(rows.view(id)).toMatchObject({ busy: true, row: { status: 'RESOLVED', count: 9 } })
    takeBack()
    expect(rows.view(id)).toMatchObject({ busy: false, row: { status: 'NEW', count: 9 } })
  })

  it('of two proposals each is taken back alone', () => {
    const rows = rowsWith()
    const status = rows.propose(id, { status: 'ACKNOWLEDGED' })
    const ticket = rows.propose(id, { ticket_state: 'pending' })
    status()
    expect(rows.view(id)).toMatchObject({ busy: true, row: { status: 'NEW', ticket_state: 'pending' } })
    ticket()
    expect(rows.view(id)?.busy).toBe(false)
  })

  it('what an answer told is replaced by the next row', () => {
    const rows = rowsWith()
    rows.amend(id, { ticket_state: 'created' })
    expect(rows.get(id)?.ticket_state).toBe('created')
    rows.put(anAlert({ seq: 2, ticket_state: 'failed' }))
    expect(rows.get(id)?.ticket_state).toBe('failed')
    rows.amend('nobody', {})
    expect(rows.get('nobody')).toBeUndefined()
  })

  it('forgets the oldest rows that nobody needs or watches', () => {
    const rows = new AlertRows()
    for (const one of ['a', 'b', 'c', 'd', 'e']) rows.put(anAlert({ id: one }))
    rows.subscribe('a', () => undefined)
    rows.prune((one) => one === 'b', 1)
    expect(['a', 'b', 'c', 'd', 'e'].filter((one) => rows.get(one))).toEqual(['a', 'b', 'e'])
  })

  it('clearing tells those who watch', () => {
    const rows = rowsWith({ seq: 3 })
    const heard = vi.fn()
    rows.subscribe(id, heard)
    rows.clear()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(rows.view(id)).toBeUndefined()
  })

  it('tells what is newer than a position', () => {
    expect(rowsWith({ seq: 3 }).newerThan(2)).toHaveLength(1)
    expect(rowsWith({ seq: 3 }).newerThan(3)).toHaveLength(0)
  })
})
