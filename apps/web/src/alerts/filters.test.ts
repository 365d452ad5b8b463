import { describe, expect, it } from 'vitest'
import { anAlert } from '../mocks/alerts'
import {
  type Filter,
  filterFromUrl,
  filterKey,
  filterToQuery,
  filterToUrl,
  isFiltered,
  matches,
  NO_FILTER,
  showsAllOpen,
  toggled,
} from './filters'

const filter = (over: Partial<Filter>): Filter => ({ ...NO_FILTER, ...over })

describe('a filter in the address', () => {
  it('comes back as it was written, in a fixed order', () => {
    const chosen = filter({ severity: ['critical', 'info'], status: ['NEW'], q: 'price & more' })
    expect(filterFromUrl(filterToUrl(chosen, new URLSearchParams()))).toEqual(chosen)
    expect(filterKey(filterFromUrl(new URLSearchParams('severity=info&severity=critical')))).toBe(
      'severity=critical&severity=info',
    )
  })

  it('leaves out what means everything and keeps what is not its own', () => {
    expect(filterToUrl(NO_FILTER, new URLSearchParams('severity=info&q=x&alert=7')).toString()).toBe('alert=7')
  })

  it('drops words it does not know', () => {
    expect(filterFromUrl(new URLSearchParams('severity=high&status=open&q=%20'))).toEqual(NO_FILTER)
  })
})

it('a filter is sent to the server with the page size and the cursor', () => {
  expect(filterToQuery(filter({ severity: ['critical'], q: 'p2' }), 'c7')).toEqual({
    severity: ['critical'],
    q: 'p2',
    cursor: 'c7',
    limit: 100,
  })
  expect(filterToQuery(filter({ status: ['NEW'] }), null)).toEqual({ status: ['NEW'], limit: 100 })
})

it('toggling adds and removes in the order of all values', () => {
  expect(toggled(['a', 'b', 'c'], ['c'], 'a')).toEqual(['a', 'c'])
  expect(toggled(['a', 'b', 'c'], ['a', 'c'], 'a')).toEqual(['c'])
})

it('an empty list of all alerts, or of all new ones, is good news; any other may hide something', () => {
  const lists = [
    NO_FILTER,
    filter({ status: ['NEW'] }),
    filter({ status: ['NEW'], q: 'x' }),
    filter({ severity: ['info'] }),
  ]
  expect(lists.map(showsAllOpen)).toEqual([true, true, false, false])
})

it('only a filter that narrows counts as one', () => {
  expect([NO_FILTER, filter({ q: 'x' }), filter({ status: ['NEW'] })].map(isFiltered)).toEqual([false, true, true])
})

describe('a row that comes live', () => {
  const row = anAlert({ group: { product_id: 'p2' }, jira_issue_key: 'POS-7' })

  it.each<[string, Partial<Filter>, boolean]>([
    ['nothing chosen', {}, true],
    ['its severity', { severity: ['critical', 'info'] }, true],
    ['another severity', { severity: ['warning'] }, false],
    ['its status', { status: ['NEW'] }, true],
    ['another status', { status: ['RESOLVED'] }, false],
    ['a word of its title', { q: 'WITHOUT' }, true],
    ['a part of its code', { q: 'ice_miss' }, true],
    ['its group', { q: 'p2' }, true],
    ['its ticket', { q: 'pos-7' }, true],
    ['its message', { q: 'null' }, true],
    ['all words, wherever they stand', { q: 'pricing pos-demo' }, true],
    ['one word that is nowhere', { q: 'price zebra' }, false],
    ['right text, wrong severity', { q: 'price', severity: ['info'] }, false],
  ])('matches by %s', (_, over, expected) => {
    expect(matches(filter(over), row)).toBe(expected)
  })
})
