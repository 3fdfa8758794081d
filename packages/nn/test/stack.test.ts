/** Errors lead to the user's line: their stack traces have the user's frames, those of the library are cut out. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Program, programs } from './stack-programs.ts'

const traces = Error as unknown as {
  stackTraceLimit: unknown
  prepareStackTrace?: ((error: Error, sites: readonly { toString(): string }[]) => unknown) | undefined
  captureStackTrace?: unknown
}

function errorOf(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('there was no error')
}

const framesOf = (stack: string | undefined): string[] => stack?.match(/^ +at .*/gm) ?? []

/** The name of a frame's function, of a static method without its class. */
const nameOf = (frame: string): string => frame.replace(/^ +at (?:(?:Function|Faulty)\.)?(\S+) .*/, '$1')

/** That a stack trace shows the program, from the line with the fault on, and nothing of the library. */
function check(stack: string, file: string, [first, after]: Program): void {
  const frames = framesOf(stack)
  const own = frames.filter((frame) => frame.includes(file)).map(nameOf)
  expect(frames[0], stack).toContain(file)
  expect(own.slice(0, 1 + after.length), stack).toEqual([first, ...after])
  expect(frames.join('\n')).not.toMatch(/packages\/(?:core|nn)\/src\//)
  expect(frames.length).toBeLessThanOrEqual(Number(traces.stackTraceLimit))
}

describe('the first frame is the user’s', () => {
  test.each(Object.entries(programs))('%s', (_, program) => {
    const error = errorOf(program[2])
    check(error.stack ?? '', 'stack-programs.ts', program)
    expect(error.stack?.startsWith(`${error.name}: ${error.message}\n`)).toBe(true)
  })

  test('in a program that is run by itself, with source maps', () => {
    const child = fileURLToPath(new URL('stack-child.ts', import.meta.url))
    const flags = ['--enable-source-maps', '--import', 'tsx', '--conditions=chainrule-source']
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, child], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const stacks = JSON.parse(stdout) as [string, string][]
    expect(stacks.map(([name]) => name)).toEqual(Object.keys(programs))
    for (const [name, stack] of stacks) check(stack, 'stack-programs.ts', programs[name] as Program)
    // The lines are those of the TypeScript.
    expect(stacks.find(([name]) => name === 'op')?.[1]).toMatch(/stack-programs\.ts:3\d:\d+\)\n/)
  })
})

describe('stack traces', () => {
  const fault = () => torch.ones(2, 3).matmul(torch.ones(2, 3))
  const before = { ...traces, limit: traces.stackTraceLimit, prepare: traces.prepareStackTrace }

  afterEach(() => {
    traces.stackTraceLimit = before.limit
    traces.prepareStackTrace = before.prepare
  })

  test('have as many frames as are asked for', () => {
    const deep = (n: number): unknown => (n === 0 ? fault() : deep(n - 1))
    for (const limit of [1, 3, 10, 50]) {
      traces.stackTraceLimit = limit
      const error = errorOf(() => deep(60))
      expect(framesOf(error.stack)).toHaveLength(limit)
      expect(traces.stackTraceLimit).toBe(limit)
    }
  })

  test.each([0, undefined, 'many'])('are left alone where the limit is %s', (limit) => {
    traces.stackTraceLimit = limit
    expect(errorOf(fault)).toBeInstanceOf(torch.RuntimeError)
    expect(traces.stackTraceLimit).toBe(limit)
  })

  test('are left to a function that makes something else of them', () => {
    traces.prepareStackTrace = (error, sites) => ({ error, sites })
    expect(errorOf(fault).stack).toMatchObject({ sites: expect.any(Array) })
    traces.prepareStackTrace = (error, sites) =>
      `${error.name}\n${sites.map((site) => `    at ${site.toString()}`).join('\n')}`
    const { stack } = errorOf(fault)
    expect(stack).toMatch(/^RuntimeError\n {4}at fault \(.*stack\.test\.ts/)
    traces.prepareStackTrace = () => {
      throw new Error('no trace')
    }
    expect(errorOf(fault)).toBeInstanceOf(torch.RuntimeError)
  })

  test('need no captureStackTrace', () => {
    const capture = traces.captureStackTrace
    traces.captureStackTrace = undefined
    const error = errorOf(fault)
    traces.captureStackTrace = capture
    expect(error.message).toContain('mat1 and mat2 shapes cannot be multiplied')
    expect(framesOf(error.stack)).not.toHaveLength(0)
  })

  test('show the line of the forward pass where anomalies are looked for', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    function forwardPass() {
      return torch.tensor([-1], { requires_grad: true }).sqrt().sum()
    }
    const run = () => torch.autograd.detect_anomaly(() => new nn.Identity()(forwardPass()).backward())
    expect(errorOf(run).message).toContain('returned nan values')
    const [warning] = warn.mock.lastCall as [string | Error]
    warn.mockRestore()
    expect((warning as Error).message).toMatch(
      /^Error detected in SqrtBackward0\. Traceback of forward call that caused the error:\n +at forwardPass \(.*stack\.test\.ts/,
    )
  })
})

describe('errors', () => {
  test('of types are JavaScript’s own', () => {
    const error = errorOf(() => torch.ones(2).sum(0.5))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.constructor).toBe(TypeError)
    expect(error.name).toBe('TypeError')
  })

  test('carry their class in their name, not in a field', () => {
    const error = new torch.ValueError('bad', { cause: 'why' })
    expect(Object.keys(error)).toEqual([])
    expect([error.name, error.cause, String(error)]).toEqual(['ValueError', 'why', 'ValueError: bad'])
    expect(torch.ValueError.name).toBe('ValueError')
    class Mine extends torch.RuntimeError {}
    expect(new Mine('x')).toBeInstanceOf(torch.RuntimeError)
    expect(framesOf(new Mine('x').stack)[0]).toContain('stack.test.ts')
  })
})
