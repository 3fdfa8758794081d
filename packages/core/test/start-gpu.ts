import { loadGpuJs } from '../src/devices/gpu/gpujs.ts'
import type { Mode } from '../src/devices/gpu/modes.ts'
import * as device from '../src/devices/gpu/start.ts'

/** Starts a mode with gpu.js brought along, as pages need it. */
export const start = async (mode: Mode): Promise<device.Started> =>
  device.start(mode, await loadGpuJs(import('gpu.js')))
