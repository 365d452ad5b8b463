import type { AlertQuery, AlertRow, AlertStatus, Severity } from '../api/types'

export const SEVERITIES = ['critical', 'warning', 'info'] as const satisfies readonly Severity[]
export const STATUSES = ['NEW', 'ACKNOWLEDGED', 'RESOLVED'] as const satisfies readonly AlertStatus[]
export const PAGE_SIZE = 100

/** What the list is narrowed to. Empty lists and an empty text mean no narrowing. */
export interface Filter {
  severity: readonly Severity[]
  status: readonly AlertStatus[]
  q: string
}

export const NO_FILTER: Filter = { severity: [], status: [], q: '' }

export const isFiltered = (filter: Filter) => filter.severity.length + filter.status.length > 0 || filter.q !== ''

/** Whether an empty list is good news: everything that is open is asked for, and nothing else hides it. */
export const showsAllOpen = (filter: Filter) => !isFiltered(filter) || filterKey(filter) === 'status=NEW'

/** Words of the URL that we do not know are dropped, so that an old link still opens. */
export function filterFromUrl(params: URLSearchParams): Filter {
  return {
    severity: SEVERITIES.filter((severity) => params.getAll('severity').includes(severity)),
    status: STATUSES.filter((status) => params.getAll('status').includes(status)),
    q: params.get('q')?.trim() ?? '',
  }
}

/** Writes the filter into a copy of `params`; what stands for "all" is left out, other members stay. */
export function filterToUrl(filter: Filter, params: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const name of ['severity', 'status', 'q']) next.delete(name)
  for (const severity of filter.severity) next.append('severity', severity)
  for (const status of filter.status) next.append('status', status)
  if (filter.q !== '') next.set('q', filter.q)
  return next
}

/** The same filter for the server. */
export function filterToQuery(filter: Filter, cursor: string | null): AlertQuery {
  return {
    ...(filter.severity.length > 0 && { severity: [...filter.severity] }),
    ...(filter.status.length > 0 && { status: [...filter.status] }),
    ...(filter.q !== '' && { q: filter.q }),
    ...(cursor !== null && { cursor }),
    limit: PAGE_SIZE,
  }
}

/** One text for one filter: key of caches, and the test whether two filters are the same. */
export const filterKey = (filter: Filter) => filterToUrl(filter, new URLSearchParams()).toString()

/** Adds or removes one value, in the fixed order of `all`. */
export function toggled<Value>(all: readonly Value[], chosen: readonly Value[], value: Value): Value[] {
  return all.filter((one) => chosen.includes(one) !== (one === value))
}

/**
 * Whether a row that the socket brought belongs to the filtered list. The server filters the pages; this is its twin
 * for rows that come live, so it must search as `_searched` in stacklens/alerts/query.py does: every word, each in any
 * of these texts.
 */
export function matches(filter: Filter, row: AlertRow): boolean {
  if (filter.severity.length > 0 && !filter.severity.includes(row.severity)) return false
  if (filter.status.length > 0 && !filter.status.includes(row.status)) return false
  if (filter.q === '') return true
  const searched = searchedTexts(row).join(' ').toLowerCase()
  const words = filter.q.toLowerCase().split(/\s+/).slice(0, MOST_WORDS)
  return words.every((word) => searched.includes(word))
}

/** The server looks at no more words than these. */
const MOST_WORDS = 8

function searchedTexts(row: AlertRow): unknown[] {
  const { id, title, issue_code, service, env, suggested_fix, jira_issue_key, group, raw_log } = row
  return [id, title, issue_code, service, env, suggested_fix, jira_issue_key, JSON.stringify(group), raw_log.message]
}
