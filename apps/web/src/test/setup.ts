import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/react'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'

/** Each test says what answers; a request that nobody answers fails it. */
export const server = setupServer()

// A deadline, not a wait: looking for roles is slow in jsdom, and slower on a busy machine.
configure({ asyncUtilTimeout: 5000 })

const NOISE = ['error', 'warn'] as const
let noise: string[] = []

/** Takes the one thing a test means the console to say; anything else fails it. */
export function takeNoise(): string {
  const said = noise.join('\n')
  noise = []
  return said
}

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
beforeEach(() => {
  noise = []
  for (const level of NOISE) vi.spyOn(console, level).mockImplementation((...said) => void noise.push(said.join(' ')))
  history.replaceState(null, '', '/alerts')
  localStorage.clear()
})
afterEach(() => {
  cleanup()
  server.resetHandlers()
  vi.useRealTimers()
  expect(noise, 'the console stays quiet').toEqual([])
})
afterAll(() => server.close())

// What jsdom has no idea of: layout, media, and the popover that is not shown.
const WIDTH = 1200
const HEIGHT = 900
Object.defineProperties(HTMLElement.prototype, {
  clientHeight: { get: () => HEIGHT, configurable: true },
  clientWidth: { get: () => WIDTH, configurable: true },
})
HTMLElement.prototype.scrollTo = function scrollTo(options?: ScrollToOptions | number) {
  this.scrollTop = typeof options === 'object' ? (options.top ?? 0) : 0
  this.dispatchEvent(new Event('scroll'))
}
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true
}
HTMLDialogElement.prototype.close = function close() {
  this.open = false
  this.dispatchEvent(new Event('close'))
}
HTMLElement.prototype.scrollIntoView = () => undefined
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.matchMedia = (media) =>
  ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
