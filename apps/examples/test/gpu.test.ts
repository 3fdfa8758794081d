/**
 * `npm start -- --device gpu`, in modes of gpu.js that every machine has: all cells match, and which do so in the digits of
 * float32 alone is known. `CHAINRULE_DEVICES=webgpu` names other modes.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { isNear } from '../src/check.ts'

const named = (process.env['CHAINRULE_DEVICES'] ?? 'cpu,webasm').split(',')
const modes = named.filter((name) => name !== 'js' && name !== 'wasm')

/** Mode `cpu` computes in float64 and rounds once, where PyTorch rounds each step of a sigmoid; other GPUs as they please. */
const inFloat32: Readonly<Record<string, readonly string[]>> = {
  cpu: ['notebook 1, cell 95', 'notebook 2, cell 17', 'notebook 5, cell 24'],
  webasm: [],
}

vi.setConfig({ testTimeout: 120_000 })

function start(...args: readonly string[]) {
  const { FORCE_COLOR: _, ...env } = process.env
  const node = ['--import', 'tsx', '--conditions=chainrule-source', 'src/main.ts', ...args]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  return spawnSync(process.execPath, node, { cwd, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } })
}

/** The lines on the scenarios: their cells, and their losses as printed. */
const summaries = (text: string): string[] => text.split('\n').filter((line) => /^[✓✗] /.test(line))
const onCpu = summaries(start().stdout)

describe.each(modes)('npm start -- --device gpu --mode %s', (mode) => {
  const { stdout, stderr, status } = start('--device', 'gpu', '--mode', mode)

  it('runs there', () => {
    expect(stdout, stderr).toContain(`\ngpu: gpu.js (${mode})`)
  })

  it('shows what PyTorch showed', () => {
    expect(stdout).toContain(' 96/96 ✓ ')
    expect(status).toBe(0)
    const near = [...stdout.matchAll(/^notebook \d, cell .*$/gm)].map(([cell]) => cell)
    expect(near).toEqual(inFloat32[mode] ?? near)
  })

  it('trains as on the CPU, to the digits that are printed', () => {
    expect(onCpu).toHaveLength(13)
    const lines = summaries(stdout)
    const apart = lines.filter((got, i) => !isNear({ notebook: '', cell: '', expected: onCpu[i], got }))
    expect(apart).toEqual([])
    expect(lines).toEqual(mode in inFloat32 ? onCpu : lines)
  })
})

describe('a device that is not there', () => {
  it('is an error with the exit code 2', () => {
    const { stdout, stderr, status } = start('--mode', 'cuda')
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^start: torch\.gpu\.init: mode is one of .*, not 'cuda'\n$/)
    expect(status).toBe(2)
  })
})
