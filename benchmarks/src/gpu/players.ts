/** Who takes part, where. */
import { existsSync, readFileSync } from 'node:fs'
import { openProcess } from '../contestant.ts'
import { file, relaxedSimd } from '../contestants.ts'
import type { Browsers } from './browsers.ts'
import { type Line, Player } from './player.ts'

/** A place to run in, and who runs there; the first is chainrule on the CPU. */
export interface Place {
  readonly name: string
  readonly players: readonly Player[]
}

const icd = '/usr/lib/chromium/vk_swiftshader_icd.json'

/** chainrule in a process of Node. Where there is no adapter for WebGPU, the Vulkan in software that Chromium brings serves. */
async function openNode(folder: string, mode: string | null): Promise<Line | string> {
  const open = async (env: Record<string, string>): Promise<Line | string> => {
    const args = ['--expose-gc', ...relaxedSimd(process.execPath), file('dist/src/chainrule.js')]
    const all = mode === null ? env : { ...env, GPU_MODE: mode }
    const channel = await openProcess({ key: '', command: process.execPath, args, env: all }, folder)
    return typeof channel === 'string' ? channel : { ...channel, details: channel.about.details }
  }
  const line = await open({})
  const again = typeof line === 'string' && mode === 'webgpu' && !process.env['VK_ICD_FILENAMES'] && existsSync(icd)
  return again ? open({ VK_ICD_FILENAMES: icd }) : line
}

const version = (name: string): string => {
  const { version } = JSON.parse(readFileSync(file(`peers/node_modules/${name}/package.json`), 'utf8')) as {
    version: string
  }
  return version
}

/** The modes of gpu.js in Node. */
export function inNode(folder: string): Place {
  const player = (mode: string | null): Player =>
    new Player(`node-${mode ?? 'wasm'}`, mode === null ? 'CPU' : mode, () => openNode(folder, mode))
  return { name: `Node ${process.version}`, players: [null, 'webgpu', 'webasm', 'cpu'].map(player) }
}

/** The modes of gpu.js in Chromium, and the peers. */
export function inChromium(browsers: Browsers): Place {
  const own = (mode: string | null): Player =>
    new Player(`chromium-${mode ?? 'wasm'}`, mode === null ? 'CPU' : mode, () =>
      browsers.open('chainrule', mode === null ? {} : { mode }),
    )
  const peer = (script: string, name: string, backend: string): Player =>
    new Player(`${script}-${backend}`, name, () => browsers.open(script, { backend }))
  const tfjs = version('@tensorflow/tfjs')
  const jax = version('@jax-js/jax')
  return {
    name: `Chromium ${browsers.found.version}`,
    players: [
      ...[null, 'webgl2', 'webgpu'].map(own),
      peer('tfjs', `tfjs-webgl ${tfjs}`, 'webgl'),
      peer('tfjs', `tfjs-webgpu ${tfjs}`, 'webgpu'),
      peer('jax', `jax-js ${jax} (webgpu)`, 'webgpu'),
    ],
  }
}
