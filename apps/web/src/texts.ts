import type { AlertStatus, Severity } from './api/types'

// One for all: toLocaleString makes a new one each time, which was a tenth of the page's work under load.
const numbers = new Intl.NumberFormat()
const number = (n: number) => numbers.format(n)
const count = (n: number, one: string, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`

/** Every word on the page, in one place. Plain and short: people read it while something is broken. */
export const texts = {
  product: 'StackLens',
  skip: 'Skip to the alerts',

  severity: { critical: 'Critical', warning: 'Warning', info: 'Info' } satisfies Record<Severity, string>,
  status: { NEW: 'New', ACKNOWLEDGED: 'Acknowledged', RESOLVED: 'Resolved' } satisfies Record<AlertStatus, string>,
  change: {
    opened: 'Opened',
    acknowledged: 'Acknowledged',
    resolved: 'Resolved',
    reopened: 'Reopened',
    regressed: 'Came back after it was resolved',
    ticket_requested: 'Ticket asked for',
    ticket_created: 'Ticket created',
    ticket_failed: 'Ticket failed',
    ticket_unknown: 'Ticket unclear',
    ticket_linked: 'Ticket linked',
  } as Readonly<Record<string, string>>,
  actor: (actor: string) => (actor === 'system' ? 'StackLens' : actor === 'local' ? 'a person here' : actor),

  list: {
    title: 'Alerts',
    columns: {
      id: 'ID',
      issue: 'Issue Code',
      severity: 'Severity',
      status: 'Status',
      created: 'Created',
      count: 'Count',
      actions: 'Actions',
    },
    count: number,
    totalSaid: (n: number) => `${count(n, 'alert')} match`,
    times: (n: number) => `×${number(n)}`,
    seen: (n: number) => `seen ${count(n, 'time')}`,
    loading: 'Loading alerts',
    more: 'Load more',
    loadingMore: 'Loading more…',
    end: 'That is all.',
    regression: 'came back',
    failed: 'The alerts could not be read.',
    stale: 'The list could not be read again. It may be out of date.',
  },

  search: { label: 'Search alerts', placeholder: 'Search id, code, text  ( / )' },
  filters: { severity: 'Severity', status: 'Status', clear: 'Clear filters' },

  held: {
    new: (n: number) => count(n, 'new alert'),
    reason: {
      paused: 'Held: paused',
      detail: 'Held: an alert is open',
      scrolled: 'Held: you scrolled',
      selecting: 'Held: text is selected',
      pointing: 'Held: you are in the list',
    },
  },
  pause: { pause: 'Pause', resume: 'Resume' },

  connection: {
    idle: 'Starting',
    connecting: 'Connecting',
    live: 'Live',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    'signed-out': 'Signed out',
    refused: 'Refused',
    polling: 'Polling',
    banner: {
      connecting: 'Not live yet. Connecting…',
      reconnecting: 'Not live. Reconnecting…',
      offline: 'Not live. This computer is offline.',
      'signed-out': 'Not live. Please sign in again.',
      refused: 'Not live. The server does not let this page listen: open StackLens under an address it knows.',
      polling: 'Not live. Reading the list every 15 seconds instead.',
    },
    asOf: (time: string) => `This is the list as of ${time}.`,
    tryNow: 'Try now',
    newBuild: 'A new version is ready.',
    reload: 'Reload',
  },

  empty: {
    healthy: 'No open alerts. All is well.',
    lastEvent: 'Last log',
    filtered: 'No alert matches these filters.',
    fresh: 'No logs have come in yet.',
    freshHow: 'Send a first event. This one makes an alert:',
    freshShip: 'Or follow your log files:',
    freshDemo: 'Or see the whole chain with a small shop that fails on purpose:',
    freshTill: 'Then open its till at',
  },

  action: {
    acknowledge: 'Acknowledge',
    resolve: 'Resolve',
    reopen: 'Reopen',
    undo: 'Undo',
    again: 'Try again',
    close: 'Close',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Could not copy',
    done: {
      acknowledge: (code: string) => `Acknowledged ${code}`,
      resolve: (code: string) => `Resolved ${code}`,
      reopen: (code: string) => `Reopened ${code}`,
    },
    failed: (what: string, why: string) => `${what} did not work. ${why}`,
    conflict: (status: AlertStatus, when: string | null) =>
      `Not done: this alert changed before your click. It is now ${texts.status[status]}${when ? `, ${when}` : ''}.`,
  },

  ticket: {
    title: 'Jira ticket',
    create: 'Create Jira',
    creating: 'Creating…',
    failed: 'Jira failed',
    unknown: 'Jira unclear',
    noJira: 'Jira is not configured: set JIRA_BASE_URL, JIRA_USER, JIRA_TOKEN and JIRA_PROJECT_KEY.',
    none: 'No ticket yet.',
    pending: 'Asked for. The key appears here as soon as Jira has answered.',
    nextAttempt: 'Next attempt',
    saysNo: 'Jira did not create the ticket. It said:',
    unclear:
      'Jira did not answer clearly, so a ticket may exist or not. Look in Jira again, link the ticket if you see one, or create it anyway.',
    look: 'Look again',
    key: 'Ticket key',
    keyExample: 'POS-123',
    link: 'Link this key',
    anyway: 'Create anyway',
    open: (key: string) => `Open ${key} in Jira`,
    attempts: (n: number) => `${count(n, 'attempt')} so far`,
    asked: 'Ticket asked for',
  },

  detail: {
    label: 'Alert',
    seenLast: (n: number) => `seen ${count(n, 'time')}, last`,
    what: 'What happened',
    fix: 'Suggested fix',
    noFix: 'No fix is known for this yet.',
    automatable: 'This fix could be automated.',
    confidence: 'Confidence',
    confidenceWord: { high: 'High', medium: 'Medium', low: 'Low' },
    raw: 'Raw log',
    samples: 'Samples',
    samplesNone: 'No samples are kept.',
    changes: 'Changes',
    service: 'Service',
    environment: 'Environment',
    first: 'First seen',
    last: 'Last seen',
    times: 'Times seen',
    episode: 'Episode',
    episodeBack: (n: number) => `${n} (came back after it was resolved)`,
    previous: 'Previous alert',
    next: 'Next alert',
    gone: 'There is no such alert (any more).',
    failed: 'This alert could not be read.',
    loading: 'Loading the alert',
    copyId: 'Copy id',
    copyLink: 'Copy link',
    noValue: 'none',
  },

  json: {
    tree: (label: string) => `${label} as a tree`,
    expand: 'Expand all',
    collapse: 'Collapse all',
    members: (n: number) => count(n, 'member'),
    items: (n: number) => count(n, 'item'),
    more: (n: number) => `${count(n, 'more', 'more')}…`,
    wholeText: 'Show all of it',
  },

  session: {
    title: 'Sign in',
    why: 'This StackLens needs its key (STACKLENS_API_KEY). It is asked for once and kept in a cookie that scripts cannot read.',
    key: 'Key',
    submit: 'Sign in',
    busy: 'Signing in…',
    out: 'Sign out',
    failed: 'StackLens does not answer.',
  },

  settings: {
    title: 'Settings',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    letters: 'Single-key shortcuts',
    lettersHint: 'Keys such as j, k and a. Arrow keys, Enter and Esc always work.',
    keys: 'Keyboard shortcuts',
  },

  keys: {
    title: 'Keyboard',
    off: 'Single-key shortcuts are switched off in the settings.',
    list: [
      ['j  k  ↓  ↑', 'Next, previous alert'],
      ['Enter  o', 'Open the alert'],
      ['Esc', 'Close it; focus goes back'],
      ['[  ]', 'Previous, next while it is open'],
      ['a', 'Acknowledge'],
      ['e', 'Resolve'],
      ['c', 'Create Jira'],
      ['u', 'Undo'],
      ['/', 'Search'],
      ['Space', 'Pause, resume'],
      ['.', 'Show the new alerts'],
      ['?', 'This list'],
    ],
  },

  announce: (n: number, critical: number) => `${count(n, 'new alert')}${critical > 0 ? `, ${critical} critical` : ''}`,

  time: {
    now: 'just now',
    seconds: (n: number) => `${n} s ago`,
    minutes: (n: number) => `${n} min ago`,
    hours: (n: number, minutes: number) => (minutes === 0 ? `${n} h ago` : `${n} h ${minutes} min ago`),
  },

  errors: {
    unreachable: 'StackLens does not answer.',
    status: (status: number) => `The server answered ${status}.`,
    requestId: 'Request',
    render: 'This part of the page broke. The rest still works.',
  },

  tabTitle: (open: number, paused: boolean) =>
    `${paused ? '⏸ ' : ''}${open > 0 ? `(${number(open)}) ` : ''}Alerts · StackLens`,
}
