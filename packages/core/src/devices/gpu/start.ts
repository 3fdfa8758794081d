import { RuntimeError } from '../../errors.ts'
import { createGpu, type GpuDevice } from './device.ts'
import { type Engine, inNode, Missing } from './engine.ts'
import { cpu, webasm } from './engines/host.ts'
import { headlessgl, webgl, webgl2 } from './engines/webgl.ts'
import { webgpu } from './engines/webgpu.ts'
import type { GpuJs } from './gpujs.ts'
import { type Mode, modes } from './modes.ts'

/** How each mode starts. */
const engines: Readonly<Record<Mode, (gpujs: GpuJs) => Engine | Promise<Engine>>> = {
  webgpu,
  webgl2,
  headlessgl,
  webgl,
  webasm,
  cpu,
}

/** A device that runs, with what is known of its hardware and of what did not run. */
export interface Started {
  readonly device: GpuDevice
  readonly mode: Mode
  /** The name of the hardware, as its driver tells it. */
  readonly adapter: string | null
  /** Why each mode that would have been better does not run. */
  readonly reasons: Readonly<Partial<Record<Mode, string>>>
}

/**
 * Starts the device in a mode, or in the best one that answers.
 *
 * @throws RuntimeError where the mode is not there, with what is missing and how to get it.
 */
export async function start(wanted: Mode | undefined, gpujs: GpuJs): Promise<Started> {
  const elsewhere: readonly Mode[] = inNode() ? ['webgl2', 'webgl'] : ['headlessgl']
  const reasons: Partial<Record<Mode, string>> = {}
  for (const mode of wanted === undefined ? modes.filter((name) => !elsewhere.includes(name)) : [wanted]) {
    try {
      const engine = await engines[mode](gpujs)
      const better = Object.entries(reasons).map(([other, reason]) => `${other}: ${reason}`)
      const device = createGpu(engine, better.length > 0 ? better.join('; ') : null)
      return { device, mode, adapter: engine.adapter, reasons }
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      reasons[mode] = error.message
    }
  }
  const missing = Object.entries(reasons).map(([mode, reason]) => `mode '${mode}' is not there: ${reason}`)
  throw new RuntimeError(`torch.gpu.init: ${missing.join('; ')}`)
}
