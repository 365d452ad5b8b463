import { expect, it, vi } from 'vitest'
import { browserPorts } from './browser'

it('the socket is on the page’s own origin, with the position in its address', () => {
  const urls: string[] = []
  vi.stubGlobal(
    'WebSocket',
    class {
      constructor(url: string) {
        urls.push(url)
      }
    },
  )
  browserPorts('https://alerts.example:8443').connect('e1:7')
  browserPorts('http://127.0.0.1:8000').connect(null)
  expect(urls).toEqual(['wss://alerts.example:8443/ws?since=e1%3A7', 'ws://127.0.0.1:8000/ws'])
  vi.unstubAllGlobals()
})

it('wakes when the network comes or goes and when the tab is shown, until it is stopped', () => {
  const woken = vi.fn()
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  const stop = browserPorts('http://x').onWake(woken)
  dispatchEvent(new Event('online'))
  dispatchEvent(new Event('offline'))
  document.dispatchEvent(new Event('visibilitychange'))
  expect(woken).toHaveBeenCalledTimes(2)
  hidden.mockReturnValue(false)
  document.dispatchEvent(new Event('visibilitychange'))
  expect(woken).toHaveBeenCalledTimes(3)
  stop()
  dispatchEvent(new Event('online'))
  expect(woken).toHaveBeenCalledTimes(3)
})

it('timers run, can be stopped, and frames come', async () => {
  const ports = browserPorts('http://x')
  const ran: string[] = []
  const cancel = ports.after(1, () => ran.push('cancelled'))
  cancel()
  ports.after(1, () => ran.push('timer'))
  ports.onFrame(() => ran.push('frame'))
  await vi.waitFor(() => expect(ran.toSorted()).toEqual(['frame', 'timer']))
  expect(ports.random()).toBeLessThan(1)
  expect(ports.now()).toBeGreaterThan(0)
})
