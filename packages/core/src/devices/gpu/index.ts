/** The GPU: `await torch.gpu.init()`, then `device: 'gpu'`. */
import { RuntimeError } from '../../errors.ts'
import { type Device, registerDevice } from '../device.ts'
import { loadGpuJs } from './gpujs.ts'
import { type Mode, modes } from './modes.ts'
import type { Started } from './start.ts'

export type { Mode } from './modes.ts'

/** How the GPU is set up. */
export interface GpuOptions {
  /** The mode of gpu.js; the best one that answers where left out: `webgpu`, `webgl2` or in Node `headlessgl`, `webgl`, `webasm`, `cpu`. */
  readonly mode?: Mode | undefined
  /**
   * What `import('gpu.js')` gives: for programs that a bundler makes, which then brings gpu.js along. Without it, the package
   * is looked up when the program runs, as Node does it, or a page by its import map.
   */
  readonly gpujs?: object | undefined
}

/** What runs as `'gpu'`. */
export interface GpuInfo {
  /** The mode of gpu.js; `null` before `init`. */
  readonly mode: Mode | null
  /** The hardware, by the name that its driver gives; `null` where none takes part. */
  readonly adapter: string | null
  /** Whether `item()` and the like can answer at once, or need `await x.cpu()`. */
  readonly sync: boolean
  /** Why modes that would have been better do not run. */
  readonly reasons: Readonly<Partial<Record<Mode, string>>>
  /** How many buffers are alive, how many kernels were compiled, and how often values were read back. */
  readonly buffers: number
  readonly kernels: number
  readonly reads: number
}

let starting: Promise<Started> | null = null
let running: Started | null = null

/**
 * Makes `'gpu'` a device. Loads gpu.js, and in Node the package webgpu for its mode of that name: both are optional peers of
 * this package, to be installed by `npm install gpu.js webgpu`.
 *
 * Where the GPU was lost, it is started anew; tensors that were there are not.
 *
 * @throws RuntimeError where gpu.js or the mode is missing, with the way to get it, or where another mode runs already.
 * @example
 * await torch.gpu.init() // where a bundler made the program: torch.gpu.init({ gpujs: import('gpu.js') })
 * const x = torch.ones([2, 3], { device: 'gpu' })
 * console.log(await x.sum().item_async()) // 6
 */
export async function init({ mode, gpujs }: GpuOptions = {}): Promise<GpuInfo> {
  if (mode !== undefined && !modes.includes(mode)) {
    throw new RuntimeError(`torch.gpu.init: mode is one of ${modes.join(', ')}, not '${mode}'`)
  }
  if (running !== null && running.device.queue.engine.lost !== null) starting = running = null
  if (starting === null) {
    // Most programs never come here: what a GPU needs is a file of its own.
    starting = Promise.all([import('./start.ts'), loadGpuJs(gpujs)]).then(([{ start }, loaded]) => start(mode, loaded))
    // A mode that failed does not keep others from being tried.
    starting.catch(() => {
      starting = null
    })
  }
  const started = await starting
  if (mode !== undefined && started.mode !== mode) {
    throw new RuntimeError(`torch.gpu.init: mode '${started.mode}' runs already; a program has one, not '${mode}' too`)
  }
  if (running === null) registerDevice(started.device)
  running = started
  return info()
}

/** Whether tensors can be made on `'gpu'`: `init` was awaited. */
export function is_available(): boolean {
  return running !== null
}

/** What runs as `'gpu'`, and why nothing better does. */
export function info(): GpuInfo {
  if (running === null) return { mode: null, adapter: null, sync: false, reasons: {}, buffers: 0, kernels: 0, reads: 0 }
  const { mode, adapter, reasons, device } = running
  const { queue } = device
  const { sync, compiled } = queue.engine
  return { mode, adapter, sync, reasons, buffers: queue.live, kernels: compiled, reads: queue.reads }
}

/** Waits until the GPU was given all work that was asked for so far: loops that read nothing call it now and then. */
export async function synchronize(): Promise<void> {
  await running?.device.queue.idle()
}

/** What `'gpu'` is before `init`: an error that says what to do. */
export const uninitialized: Device = placeholder()

function placeholder(): Device {
  const refuse = (): never => {
    throw new RuntimeError(
      `'gpu' is not started: await torch.gpu.init() first (modes: ${modes.join(', ')}; it needs npm install gpu.js webgpu)`,
    )
  }
  return {
    type: 'gpu',
    sync: true,
    allocate: refuse,
    free: refuse,
    write: refuse,
    read: refuse,
    readAsync: refuse,
    run: refuse,
    reduce: refuse,
    get routines(): never {
      return refuse()
    },
    routinesOf: refuse,
    info: () => ({ device: 'gpu', backend: 'none', reason: 'torch.gpu.init() was not awaited' }),
  }
}
