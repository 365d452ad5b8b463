import type { StreamPorts } from './stream'

/** The real browser for an AlertStream; `origin` is this page's own. */
export function browserPorts(origin: string): StreamPorts {
  return {
    connect: (since) => new WebSocket(socketUrl(origin, since)),
    now: () => Date.now(),
    random: () => Math.random(),
    online: () => navigator.onLine,
    hidden: () => document.hidden,
    onFrame: (run) => requestAnimationFrame(run),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    onWake: (changed) => {
      const aborting = new AbortController()
      const { signal } = aborting
      addEventListener('online', changed, { signal })
      addEventListener('offline', changed, { signal })
      document.addEventListener('visibilitychange', () => !document.hidden && changed(), { signal })
      return () => aborting.abort()
    },
  }
}

function socketUrl(origin: string, since: string | null): string {
  const url = new URL('/ws', origin.replace(/^http/, 'ws'))
  if (since !== null) url.searchParams.set('since', since)
  return url.href
}
