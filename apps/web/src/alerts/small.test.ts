import { describe, expect, it } from 'vitest'
import { anAlert } from '../mocks/alerts'
import { confidenceWord } from './confidence'
import { holdReason, NOT_READING } from './hold'
import { byNewest } from './order'
import { printable } from './printable'
import { ticketButton } from './ticket'
import { clockTime, fullTime, shortTime } from './time'
import { levelsWithin } from './tree'

describe('a short time', () => {
  const now = Date.UTC(2026, 10, 22, 12)
  const ago = (seconds: number) => shortTime(new Date(now - seconds * 1000).toISOString(), now)

  it.each([
    [0, 'just now'],
    [4, 'just now'],
    [12, '12 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [7199, '1 h 59 min ago'],
    [-30, 'just now'],
  ])('%i seconds ago is "%s"', (seconds, expected) => {
    expect(ago(seconds)).toBe(expected)
  })

  it('is a clock time from two hours on, with the day and the year where they differ', () => {
    expect(ago(7200)).toMatch(/^\d{2}:\d{2}/)
    expect(ago(3 * 86_400)).toMatch(/19/)
    expect(ago(400 * 86_400)).toMatch(/2025/)
    expect(ago(-86_400)).not.toMatch(/ago|now/)
  })

  it('is what came, when that is no time', () => {
    expect(shortTime('soon', now)).toBe('soon')
    expect(fullTime('soon')).toBe('soon')
  })

  it('in full is local, UTC and ISO', () => {
    const [, utc, iso] = fullTime('2026-11-22T12:00:00Z').split('\n')
    expect(utc).toContain('UTC')
    expect(iso).toBe('2026-11-22T12:00:00Z')
    expect(clockTime(now)).toMatch(/\d{1,2}:00:00/)
  })
})

describe('the order of the list', () => {
  it.each([
    ['2026-11-22T10:00:01Z', 'a', '2026-11-22T10:00:00Z', 'b'],
    ['2026-11-22T10:00:00.5Z', 'a', '2026-11-22T10:00:00Z', 'b'],
    ['2026-11-22T10:00:00.000002Z', 'a', '2026-11-22T10:00:00.000001Z', 'b'],
    ['2026-11-22T10:00:00Z', 'b', '2026-11-22T10:00:00Z', 'a'],
  ])('%s %s stands before %s %s', (created_at, id, other_at, other) => {
    const first = { created_at, id }
    const second = { created_at: other_at, id: other }
    expect(byNewest(first, second)).toBeLessThan(0)
    expect(byNewest(second, first)).toBeGreaterThan(0)
    expect(byNewest(first, first)).toBe(0)
  })
})

it('confidence has a word: high from 80, medium from 50', () => {
  expect([100, 80, 79, 50, 49, 0].map(confidenceWord)).toEqual(['high', 'high', 'medium', 'medium', 'low', 'low'])
})

it('the most deliberate reason to hold is the one that is given', () => {
  expect(holdReason(NOT_READING)).toBeNull()
  expect(holdReason({ ...NOT_READING, pointing: true, scrolled: true })).toBe('scrolled')
  expect(holdReason({ ...NOT_READING, pointing: true, paused: true, detail: true })).toBe('paused')
})

it('invisible characters of a log are made visible', () => {
  expect(printable('\u001b[31mred \u202egnp.exe\u0000')).toBe('\\u001b[31mred \\u202egnp.exe\\u0000')
  expect(printable('Käse 🧀 <b>')).toBe('Käse 🧀 <b>')
})

describe('the Jira button', () => {
  it.each([
    [{}, true, 'create'],
    [{}, false, 'not-configured'],
    [{ ticket_state: 'pending' as const }, true, 'pending'],
    [{ ticket_state: 'failed' as const }, true, 'failed'],
    [{ ticket_state: 'unknown' as const }, false, 'unknown'],
    [{ ticket_state: 'created' as const, jira_issue_key: 'POS-1' }, true, 'link'],
  ])('%j with Jira %s is %s', (over, configured, kind) => {
    expect(ticketButton(anAlert(over), configured).kind).toBe(kind)
  })

  it('a ticket of an earlier episode does not hide that the present one failed', () => {
    expect(ticketButton(anAlert({ jira_issue_key: 'POS-1', ticket_state: 'failed' }), true).kind).toBe('failed')
  })

  it('follows only links of the web', () => {
    const url = (jira_url: string) => ticketButton(anAlert({ jira_issue_key: 'POS-1', jira_url }), true)
    expect(url('https://jira/browse/POS-1')).toMatchObject({ url: 'https://jira/browse/POS-1' })
    expect(url('javascript:alert(1)')).toMatchObject({ url: null })
  })
})

describe('levels that can be opened', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { deeper: nested(depth - 1) })

  it('are all of them when the value is small', () => {
    expect(levelsWithin({ a: { b: [1, 2] }, c: 3 }, 100)).toBe(3)
    expect(levelsWithin('text', 100)).toBe(0)
  })

  it('stop before too many members would be drawn', () => {
    expect(levelsWithin({ few: 1, many: Array.from({ length: 500 }) }, 100)).toBe(1)
    expect(levelsWithin(nested(5000), 100)).toBe(100)
  })
})
