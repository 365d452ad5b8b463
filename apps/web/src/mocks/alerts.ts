import type { AlertDetail, AlertRow, Session, Status, Ticket } from '../api/types'

/** An alert as the first rule makes it; `over` changes what a test or a story is about. */
export function anAlert(over: Partial<AlertRow> = {}): AlertRow {
  return {
    id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    issue_code: 'PRICE_MISSING',
    severity: 'critical',
    suggested_fix: 'Update product pricing in database. Check for data migration issues.',
    automation_possible: false,
    confidence: 95,
    raw_log: { action: 'create_order', error_code: 'PRICE_MISSING', message: 'Product price is null', price: null },
    status: 'NEW',
    jira_issue_key: null,
    jira_url: null,
    ticket_state: null,
    created_at: '2026-11-22T10:00:00.000Z',
    title: 'Product sold without a price',
    service: 'pos-demo',
    env: 'development',
    group: { product_id: 'p2' },
    fingerprint: '1:9f2c',
    count: 1,
    first_seen: '2026-11-22T10:00:00.000Z',
    last_seen: '2026-11-22T10:00:00.000Z',
    episode: 1,
    regression: false,
    version: 1,
    seq: 1,
    acknowledged_at: null,
    resolved_at: null,
    ...over,
  }
}

/** `count` alerts with ids `alert-1`…, the first the newest, a minute apart. */
export function someAlerts(count: number, over: Partial<AlertRow> = {}): AlertRow[] {
  return Array.from({ length: count }, (_, index) =>
    anAlert({
      id: `alert-${index + 1}`,
      seq: count - index,
      created_at: new Date(Date.UTC(2026, 10, 22, 10) - index * 60_000).toISOString(),
      ...over,
    }),
  )
}

export function aTicket(over: Partial<Ticket> = {}): Ticket {
  return {
    alert_id: anAlert().id,
    episode: 1,
    state: 'pending',
    key: null,
    url: null,
    error: null,
    attempts: 0,
    requested_at: '2026-11-22T10:01:00.000Z',
    updated_at: '2026-11-22T10:01:00.000Z',
    next_attempt_at: null,
    ...over,
  }
}

export function aDetail(row: AlertRow, over: Partial<AlertDetail> = {}): AlertDetail {
  return {
    ...row,
    changes: [{ id: 1, at: row.created_at, kind: 'opened', actor: 'system', episode: 1, detail: {} }],
    samples: [
      { partition: 0, offset: 41, event_time: row.last_seen, arrival_time: row.last_seen, event: { ...row.raw_log } },
    ],
    ticket: null,
    ...over,
  }
}

export const aSession = (over: Partial<Session> = {}): Session => ({
  authenticated: true,
  required: false,
  principal: 'local',
  build: 'build-1',
  jira: { configured: true },
  ...over,
})

export const aStatus = (over: Partial<Status> = {}): Status => ({
  build: 'build-1',
  position: 'e1:0',
  lag: 0,
  last_event_at: '2026-11-22T10:00:00.000Z',
  counts: { NEW: 1, ACKNOWLEDGED: 0, RESOLVED: 0 },
  ...over,
})
