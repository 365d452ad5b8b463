import { beforeEach, expect, it, vi } from 'vitest'
import { fakePorts } from '../test/ports'
import { createDrain } from './drain'

let batches: number[][]
let world: ReturnType<typeof fakePorts>
let drain: (items: readonly number[]) => void
let cost: number
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  world = fakePorts()
  batches = []
  cost = 0
  drain = createDrain(world.ports, (items: number[]) => {
    batches.push(items)
    vi.setSystemTime(Date.now() + cost)
  })
})

it('after a quiet moment an item goes at once', () => {
  drain([1])
  expect(batches).toEqual([[1]])
  world.pass(101)
  drain([2])
  expect(batches).toEqual([[1], [2]])
})

it('what follows goes with the next picture, together', () => {
  drain([1])
  drain([2])
  drain([3])
  expect(batches).toEqual([[1]])
  world.pass(16)
  expect(batches).toEqual([[1], [2, 3]])
})

it('above 100 items a second it drains every 100 ms', () => {
  drain(Array.from({ length: 101 }, (_, index) => index))
  drain([200])
  world.pass(99)
  expect(batches).toHaveLength(1)
  world.pass(1)
  expect(batches).toHaveLength(2)
})

it('it is calm again when few items come', () => {
  drain(Array.from({ length: 101 }, (_, index) => index))
  world.pass(2500)
  drain([1])
  drain([2])
  world.pass(16)
  expect(batches).toHaveLength(3)
})

it('a batch that took long is followed by a longer pause', () => {
  cost = 9
  drain([1])
  drain([2])
  world.pass(99)
  expect(batches).toHaveLength(1)
  world.pass(1)
  expect(batches).toHaveLength(2)
})

it('a hidden tab drains once a second, though it gets no pictures', () => {
  world.browser.hidden = true
  drain([1])
  drain([2])
  world.pass(999)
  expect(batches).toEqual([])
  world.pass(1)
  expect(batches).toEqual([[1, 2]])
})

it('a tab that is hidden before its next picture drains all the same', () => {
  drain([1])
  drain([2])
  world.browser.hidden = true
  world.pass(1000)
  expect(batches).toEqual([[1], [2]])
})

it('nothing is nothing', () => {
  drain([])
  expect(batches).toEqual([])
})
