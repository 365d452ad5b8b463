import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertPage } from '../api/client'
import type { AlertRow } from '../api/types'
import { anAlert, someAlerts } from '../mocks/alerts'
import { type Filter, NO_FILTER } from './filters'
import { AlertList, seqOf } from './list'
import { AlertRows } from './rows'

const page = (rows: AlertRow[], over: Partial<AlertPage> = {}): AlertPage => ({
  rows,
  total: rows.length,
  cursor: null,
  position: 'e1:10',
  ...over,
})
const ONLY_NEW: Filter = { ...NO_FILTER, status: ['NEW'] }
const newer = (id: string, over: Partial<AlertRow> = {}) =>
  anAlert({ id, seq: 20, created_at: '2026-11-22T11:00:00.000Z', ...over })

let list: AlertList
let rows: AlertRows
beforeEach(() => {
  rows = new AlertRows()
  list = new AlertList(rows)
})
const ids = () => list.view().ids
const held = () => list.view().held

describe('news while nobody reads', () => {
  it('a new alert comes on top and is counted', () => {
    list.receive(NO_FILTER, [page(someAlerts(2))], 0)
    list.apply(newer('n'), 0)
    expect(ids()).toEqual(['n', 'alert-1', 'alert-2'])
    expect(list.view().total).toBe(3)
  })

  it('the same alert told twice is there once', () => {
    list.receive(NO_FILTER, [page(someAlerts(1))], 0)
    list.apply(newer('n'), 0)
    list.apply(newer('n'), 0)
    list.apply(newer('n', { seq: 21, count: 5 }), 0)
    expect(ids()).toEqual(['n', 'alert-1'])
    expect(rows.get('n')?.count).toBe(5)
  })

  it('an update of a row outside the loaded pages does not come on top', () => {
    list.receive(NO_FILTER, [page(someAlerts(2), { cursor: 'next', total: 500 })], 0)
    list.apply(anAlert({ id: 'old', seq: 30, created_at: '2026-01-01T00:00:00Z' }), 0)
    expect(ids()).toEqual(['alert-1', 'alert-2'])
    expect(list.view().total).toBe(500)
  })

  it('a new alert that does not match the filter is not shown', () => {
    list.receive({ ...NO_FILTER, severity: ['info'] }, [page([])], 0)
    list.apply(newer('n', { severity: 'critical' }), 0)
    expect(ids()).toEqual([])
  })

  it('an alert that matches again comes in at its own place', () => {
    const [first, second, third] = someAlerts(3) as [AlertRow, AlertRow, AlertRow]
    list.receive(ONLY_NEW, [page([first, third])], 0)
    list.apply({ ...second, seq: 40 }, 0)
    expect(ids()).toEqual(['alert-1', 'alert-2', 'alert-3'])
  })

  it('what comes before the first page is not lost', () => {
    list.apply(newer('early'), 0)
    expect(ids()).toEqual([])
    list.receive(NO_FILTER, [page(someAlerts(1))], 0)
    expect(ids()).toEqual(['early', 'alert-1'])
  })

  it('what comes while another filter is loaded is not lost', () => {
    list.receive({ ...NO_FILTER, severity: ['info'] }, [page([])], 0)
    list.apply(newer('n'), 0)
    list.receive(NO_FILTER, [page(someAlerts(1))], 0)
    expect(ids()).toEqual(['n', 'alert-1'])
    expect(list.view().total).toBe(2)
  })
})

describe('news while somebody reads', () => {
  beforeEach(() => {
    list.receive(NO_FILTER, [page(someAlerts(2))], 0)
    list.setHold('scrolled')
  })

  it('new alerts wait and come in when the reader is done', () => {
    list.apply(newer('n'), 0)
    expect(ids()).toEqual(['alert-1', 'alert-2'])
    expect(held()).toEqual(['n'])
    expect(list.view()).toMatchObject({ total: 3, hold: 'scrolled' })
    list.setHold(null)
    expect(ids()).toEqual(['n', 'alert-1', 'alert-2'])
    expect(held()).toEqual([])
  })

  it('rows that are shown still change at once', () => {
    list.apply(anAlert({ id: 'alert-2', seq: 50, count: 99 }), 0)
    expect(rows.get('alert-2')?.count).toBe(99)
    expect(ids()).toEqual(['alert-1', 'alert-2'])
  })

  it('they come in when asked for, and further ones wait again', () => {
    list.apply(newer('n'), 0)
    list.showHeld()
    list.apply(newer('m', { created_at: '2026-11-22T12:00:00Z', seq: 21 }), 0)
    expect(ids()).toEqual(['n', 'alert-1', 'alert-2'])
    expect(held()).toEqual(['m'])
  })

  it('another reason to hold lets nothing in', () => {
    list.apply(newer('n'), 0)
    list.setHold('paused')
    expect(held()).toEqual(['n'])
  })

  it('further pages come in below', () => {
    const all = someAlerts(4)
    list.receive(NO_FILTER, [page(all.slice(0, 2), { cursor: 'c', total: 4 }), page(all.slice(2))], 0)
    expect(ids()).toEqual(['alert-1', 'alert-2', 'alert-3', 'alert-4'])
  })
})

describe('a filtered list', () => {
  beforeEach(() => list.receive(ONLY_NEW, [page(someAlerts(2))], 0))

  it('a row that no longer matches stays, is marked, and goes after ten seconds', () => {
    list.apply(anAlert({ id: 'alert-1', seq: 30, status: 'RESOLVED' }), 1000)
    expect(ids()).toEqual(['alert-1', 'alert-2'])
    expect([...list.view().leaving]).toEqual(['alert-1'])
    expect(list.view().total).toBe(1)
    list.sweep(10_999)
    expect(ids()).toHaveLength(2)
    list.sweep(11_000)
    expect(ids()).toEqual(['alert-2'])
    expect(list.view().leaving.size).toBe(0)
  })

  it('it does not go while somebody reads', () => {
    list.apply(anAlert({ id: 'alert-1', seq: 30, status: 'RESOLVED' }), 0)
    list.setHold('pointing')
    list.sweep(60_000)
    expect(ids()).toHaveLength(2)
  })

  it('it stays when it matches again', () => {
    list.apply(anAlert({ id: 'alert-1', seq: 30, status: 'RESOLVED' }), 0)
    list.apply(anAlert({ id: 'alert-1', seq: 31, status: 'NEW' }), 5000)
    list.sweep(60_000)
    expect(ids()).toHaveLength(2)
    expect(list.view().total).toBe(2)
  })

  it('a row that waits and no longer matches is forgotten', () => {
    list.setHold('detail')
    list.apply(newer('n'), 0)
    list.apply(newer('n', { seq: 21 }), 0)
    list.apply(newer('n', { seq: 22, status: 'RESOLVED' }), 0)
    expect(held()).toEqual([])
    expect(list.view().total).toBe(2)
  })

  it('another filter begins anew', () => {
    list.apply(anAlert({ id: 'alert-1', seq: 30, status: 'RESOLVED' }), 0)
    list.receive(NO_FILTER, [page([anAlert({ id: 'x' })], { position: 'e1:40' })], 0)
    expect(list.view()).toMatchObject({ ids: ['x'], key: '', total: 1 })
    expect(list.view().leaving.size).toBe(0)
  })
})

describe('the list read again', () => {
  beforeEach(() => list.receive(NO_FILTER, [page(someAlerts(3))], 0))

  it('the same answer changes nothing', () => {
    const before = list.view()
    list.receive(NO_FILTER, [page(someAlerts(3))], 0)
    expect(list.view()).toEqual(before)
  })

  it('new rows come on top, or wait', () => {
    const answer = (id: string, position: string) =>
      page([newer(id, { created_at: `2026-11-22T1${position.at(-1)}:00:00Z` }), ...someAlerts(3)], { position })
    list.receive(NO_FILTER, [answer('n', 'e1:21')], 0)
    expect(ids()[0]).toBe('n')
    list.setHold('scrolled')
    const next = answer('m', 'e1:22')
    list.receive(NO_FILTER, [{ ...next, rows: [...next.rows, newer('n')], total: 5 }], 0)
    expect(held()).toEqual(['m'])
    expect(list.view().total).toBe(5)
  })

  it('rows that a newer answer no longer has are marked, and those newer than it are not', () => {
    list.apply(newer('live', { seq: 30 }), 0)
    list.receive(NO_FILTER, [page(someAlerts(3).slice(0, 2), { position: 'e1:25' })], 0)
    expect([...list.view().leaving]).toEqual(['alert-3'])
    expect(list.view().total).toBe(3)
  })

  it('waiting rows that a newer answer no longer has are forgotten', () => {
    list.setHold('paused')
    list.apply(newer('gone', { seq: 15 }), 0)
    list.receive(NO_FILTER, [page(someAlerts(3), { position: 'e1:25' })], 0)
    expect(held()).toEqual([])
  })
})

it('a restart of the stream forgets everything, numbers included', () => {
  list.receive(NO_FILTER, [page(someAlerts(2))], 0)
  list.restart()
  expect(list.view()).toMatchObject({ key: null, ids: [] })
  list.apply(newer('n', { seq: 1 }), 0)
  list.receive(NO_FILTER, [page([anAlert({ id: 'alert-1', seq: 1, count: 77 })], { position: 'e2:0' })], 0)
  expect(ids()).toEqual(['n', 'alert-1'])
  expect(rows.get('alert-1')?.count).toBe(77)
})

it('arrivals are counted once for the announcer', () => {
  list.receive(NO_FILTER, [page([])], 0)
  list.apply(newer('a'), 0)
  list.apply(newer('b', { severity: 'info' }), 0)
  expect(list.takeArrivals()).toEqual({ count: 2, critical: 1 })
  expect(list.takeArrivals()).toEqual({ count: 0, critical: 0 })
})

it('nothing received is nothing changed', () => {
  const before = list.view()
  list.receive(NO_FILTER, [], 0)
  expect(list.view()).toBe(before)
})

it('listeners hear of changes until they leave', () => {
  let heard = 0
  const stop = list.subscribe(() => {
    heard += 1
  })
  list.setHold('paused')
  stop()
  list.setHold(null)
  expect(heard).toBe(1)
})

it('reads the number in a position', () => {
  expect(['e1:42', 'a:b:7', '', 'nonsense'].map(seqOf)).toEqual([42, 7, 0, 0])
})
