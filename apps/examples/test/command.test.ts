import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { command } from '../src/command.ts'
import { curve, sparkline, written } from '../src/curve.ts'
import { recorded } from '../src/recorded/index.ts'
import { scenarios } from '../src/scenarios/index.ts'

/** A text as it is without colours. */
const plain = (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
const widest = (text: string) =>
  Math.max(
    ...plain(text)
      .split('\n')
      .map((line) => line.length),
  )
const answer = async (...args: string[]) => {
  const { code, text } = await command(args, 80)
  return { code, text: plain(text) }
}

describe('npm run example', () => {
  it('lists the scenarios in 80 columns', async () => {
    const { code, text } = await answer()
    expect(code).toBe(0)
    for (const [name, { title }] of Object.entries(scenarios))
      expect(text).toMatch(new RegExp(`^${name} .*  ${title.replaceAll(/[().^]/g, String.raw`\$&`)}$`, 'm'))
    expect(widest(text)).toBeLessThanOrEqual(80)
  })

  it('shows a program as its file has it, with each output below its cell, and the loss curve', async () => {
    const { code, text } = await answer('square')
    expect(code).toBe(0)
    expect(text).toContain('    cell(81, () => y)\n  ✓ tensor(9., grad_fn=<PowBackward0>)\n    y.backward()')
    expect(text).toContain('  ✓ x: tensor(3., requires_grad=True)\n    y: tensor(9., grad_fn=<PowBackward0>)')
    expect(text).toContain('Training')
    expect(text).toMatch(/9\.0000┤/)
    expect(text).toMatch(/loss 9\.0000 → \S+ in 60 steps; the least possible is 0/)
  })

  it.each(Object.keys(scenarios))('shows every cell of %s', async (name) => {
    const { code, text } = await answer(name)
    expect(code).toBe(0)
    const cells = Object.entries(recorded).flatMap(([notebook, { outputs }]) =>
      text.includes(`Notebook ${notebook} `) ? Object.keys(outputs) : [],
    )
    const shown = text.split('\n').filter((line) => line.startsWith('    cell('))
    expect(text.split('\n').filter((line) => line.startsWith('  ✓ '))).toHaveLength(shown.length)
    expect(cells.length).toBeGreaterThanOrEqual(shown.length)
    expect(text).not.toContain('✗')
  })

  it.each([
    ['sqare', 'did you mean square?'],
    ['perceptrn', 'did you mean perceptron?'],
    ['perceptron-', 'did you mean perceptron-by-hand or perceptron?'],
    ['jacobian', 'did you mean vector-jacobian?'],
    ['xyz', 'the scenarios are by-hand, square'],
    ['toString', 'the scenarios are by-hand, square'],
  ])('does not know %s, and says what is near', async (name, hint) => {
    const { code, text } = await answer(name)
    expect(code).toBe(2)
    expect(text).toContain(`there is no scenario '${name}'; ${hint}`)
  })

  it.each([
    [['square', '--device', 'cpu', '--mode', 'cpu'], "--mode is for --device gpu, not for 'cpu'"],
    [['square', '--mode', 'cuda'], "not 'cuda'"],
    [['square', '--device', 'tpu'], "--device is cpu or gpu, not 'tpu'"],
    [['--colour'], "Unknown option '--colour'"],
    [['square', 'sine'], 'one scenario at a time, not square, sine'],
  ])('refuses %j', async (args, reason) => {
    const { code, text } = await answer(...args)
    expect(code).toBe(2)
    expect(text).toContain(reason)
  })

  it('takes --device cpu and --help', async () => {
    expect((await answer('leaf', '--device', 'cpu')).code).toBe(0)
    expect(await answer('--help')).toMatchObject({ code: 0, text: expect.stringContaining('npm run example NAME') })
  })

  it('ends with exit code 2 where the name is wrong', async () => {
    const args = ['--import', 'tsx', '--conditions=chainrule-source', 'src/example.ts', 'nothing-of-the-kind']
    const { status, stderr, stdout } = spawnSync(process.execPath, args, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    })
    expect(stderr).toContain("there is no scenario 'nothing-of-the-kind'")
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})

describe('drawing', () => {
  it('draws a curve in the columns that there are', () => {
    const losses = Array.from({ length: 300 }, (_, i) => 20 * 0.9 ** i)
    for (const width of [60, 80, 100]) expect(widest(curve(losses, width))).toBeLessThanOrEqual(width)
  })

  it('draws losses of one step, and losses that do not change', () => {
    expect(curve([1], 60)).toContain('1.0000')
    expect(curve([2, 2, 2], 60)).toContain('2.0000')
    expect(sparkline([2, 2, 2], 4)).toBe('▁▁▁▁')
    expect(sparkline([4, 3, 2, 1], 4)).toBe('█▆▃▁')
  })

  it('writes losses with four decimals, or small ones by their exponent', () => {
    expect([9, -1, 0.00012, 0, 3e-7, undefined].map(written)).toEqual([
      '9.0000',
      '-1.0000',
      '0.0001',
      '0.0000',
      '3e-7',
      'NaN',
    ])
  })
})
