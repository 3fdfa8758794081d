/**
 * The devices that tests run on: a new one is one more entry. CHAINRULE_DEVICES names those to run on, and then no
 * others: `webgpu`, or `js,wasm`.
 */
import { inject } from 'vitest'
import { registerDevice } from '../src/devices/device.ts'
import type { Mode } from '../src/devices/gpu/modes.ts'
import { js } from '../src/devices/js/index.ts'
import { createWasm } from '../src/devices/wasm/index.ts'
import * as torch from '../src/index.ts'
import { start } from './start-gpu.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What CHAINRULE_DEVICES names, in a list; `null` where it is not set. */
    readonly devices: readonly string[] | null
  }
}

/** A device, and how near its results have to come. */
export interface TestDevice {
  /** `js`, `wasm`, or a mode of gpu.js. */
  readonly name: string
  /** The `device` of tensors. */
  readonly type: torch.DeviceName
  /** Makes it the device of that type. */
  readonly use: () => void
  /** Whether all others are measured by it. */
  readonly isReference: boolean
  /** Whether it can be read at once. */
  readonly sync: boolean
  /** The dtypes of floating point numbers that it has, the most precise last. */
  readonly floats: readonly torch.DType[]
  /** The relative error of one op in float32, and the absolute one near zero. */
  readonly relative: number
  readonly absolute: number
  /** Whether 0 and -0 are told apart, and results near zero have digits of their own. */
  readonly exactZero: boolean
  /** Whole numbers are exact below it. */
  readonly exactBelow: number
}

const cpu = {
  type: 'cpu' as const,
  sync: true,
  floats: [torch.float32, torch.float64],
  exactZero: true,
  exactBelow: 2 ** 31,
}
const wasm = createWasm()

const cpus: readonly TestDevice[] = [
  {
    ...cpu,
    name: 'js',
    use: () => registerDevice(js),
    isReference: true,
    // Computed in float64 and rounded once, but for `sigmoid`, which rounds each step as PyTorch's does.
    relative: 2 ** -22,
    absolute: 2 ** -149,
  },
  {
    ...cpu,
    name: 'wasm',
    use: () => registerDevice(wasm),
    isReference: false,
    relative: 2 ** -20,
    absolute: 2 ** -20,
  },
]

async function startGpu(mode: Mode): Promise<TestDevice> {
  const { device } = await start(mode)
  return {
    name: mode,
    type: 'gpu',
    use: () => registerDevice(device),
    isReference: false,
    sync: device.sync,
    floats: [torch.float32],
    // The languages of GPUs, and gpu.js's WebAssembly, leave functions several units in the last place. This is 0.8e-5.
    relative: mode === 'cpu' ? 2 ** -20 : 2 ** -17,
    absolute: 2 ** -20,
    exactZero: false,
    exactBelow: 2 ** 24,
  }
}

/** The modes of gpu.js that every machine has. */
const onHost: readonly Mode[] = ['cpu', 'webasm']
const named = inject('devices')
const isCpu = (name: string): boolean => cpus.some((device) => device.name === name)
const modes = named === null ? onHost : (named.filter((name) => !isCpu(name)) as Mode[])

/** Every device to run on. */
export const devices: readonly TestDevice[] = [
  ...cpus.filter(({ name }) => named?.includes(name) ?? true),
  ...(await Promise.all(modes.map(startGpu))),
]

/** The CPU's devices, and some modes of the GPU; where CHAINRULE_DEVICES names any, those. */
export const devicesWith = (some: readonly Mode[]): readonly TestDevice[] =>
  devices.filter(({ name }) => named !== null || isCpu(name) || some.includes(name as Mode))

/** The elements in row-major order, on every device. */
export async function valuesOf(x: torch.Tensor): Promise<number[]> {
  const packed = torch.no_grad(() => x.detach().contiguous())
  const memory = await packed.storage.device.readAsync(packed.storage)
  return Array.from(memory.slice(packed.offset, packed.offset + packed.numel()))
}
