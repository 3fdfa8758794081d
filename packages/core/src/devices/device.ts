import type { DType, TypedArray } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import type { Shape } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Families, Family } from './families.ts'
import type { Kernel, ReductionKernel } from './kernel.ts'
import type { Routines } from './routines.ts'
import type { Storage } from './storage.ts'
import type { StartTeam } from './wasm/threads/index.ts'

/** A strided window on a storage, all that a device needs to know of a tensor. */
export interface Operand {
  readonly storage: Storage
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
  readonly dtype: DType
}

/** The names of the devices. */
export type DeviceName = 'cpu' | 'gpu'

/** What ran, for people who ask. */
export interface DeviceInfo {
  readonly device: DeviceName
  /** The machinery behind the name: `js`, `wasm`, or a mode of gpu.js. */
  readonly backend: string
  /** Why a faster backend does not run, where one does not. */
  readonly reason: string | null
}

/** The threads that share the work of a device's kernels. */
export interface Threads {
  /** How many there are. */
  readonly count: number
  /** Asks for a number of them, and brings what starts them; where there cannot be so many, `count` and the device's info tell. */
  resize(count: number, start: StartTeam): void
}

/** A place where tensors live and kernels run. It knows formulas and routines, never an op by its name. */
export interface Device {
  readonly type: DeviceName
  /** Whether `read` can answer at once. */
  readonly sync: boolean
  /** Memory for `length` elements; what it holds at first is not defined. */
  allocate(length: number, dtype: DType): unknown
  /** Takes back the memory of a storage that nobody will read again. */
  free(storage: Storage): void
  /** Fills a storage from its first element on. */
  write(storage: Storage, values: ArrayLike<number>): void
  /** The elements of a storage: memory of the device itself where it can, so never to be written to. */
  read(storage: Storage): TypedArray
  /** As `read`, on every device. */
  readAsync(storage: Storage): Promise<TypedArray>
  /** Computes the kernel's outputs at each element; inputs broadcast to the outputs' shape. */
  run(kernel: Kernel, outputs: readonly Operand[], inputs: readonly (Operand | number)[]): void
  /** Folds the dimensions where `output` has size 1 and the broadcast inputs have more. */
  reduce(kernel: ReductionKernel, output: Operand, inputs: readonly (Operand | number)[], shape: Shape): void
  /** Work that no formula says: matrix products, gathers, sorts. */
  readonly routines: Routines
  /** Such work of a family that comes with the ops that ask for it. */
  routinesOf<N extends keyof Families>(family: Family<N>): Families[N]
  /** Absent where there is one thread in any case. */
  readonly threads?: Threads
  info(): DeviceInfo
}

const devices = new Map<string, Device>()

/** Makes a device known by its type. */
export function registerDevice(device: Device): void {
  devices.set(device.type, device)
}

/** The device of a name such as `'cpu'`. */
export function getDevice(type: DeviceName): Device {
  const device = devices.get(type)
  if (device === undefined) {
    const advice = type === 'gpu' ? ' (await torch.gpu.init() makes it one)' : ''
    throw new RuntimeError(
      `Expected one of ${[...devices.keys()].join(', ')} device type at start of device string: ${type}${advice}`,
    )
  }
  return device
}

let defaultDevice: DeviceName = 'cpu'

/** Where tensors are made that are not told where: on the CPU, until `set_default_device` says otherwise. */
export const get_default_device = signature('get_default_device', [], (): DeviceName => defaultDevice, 'python')

/**
 * Makes tensors on a device unless they are told otherwise: those of `torch.tensor`, `zeros`, `rand` and the like, and so the
 * parameters of layers that are made from now on. `null` for the CPU again.
 *
 * @example
 * await torch.gpu.init()
 * torch.set_default_device('gpu')
 * torch.ones(2) // tensor([1., 1.], device='gpu')
 */
export const set_default_device = signature(
  'set_default_device',
  ['str? device'],
  (device: DeviceName | null): void => {
    defaultDevice = getDevice(device ?? 'cpu').type
  },
  'python',
)

/**
 * What runs behind a device's name, and why nothing faster does where that is so.
 *
 * @example
 * torch.device_info('cpu') // { device: 'cpu', backend: 'wasm (simd)', reason: null }
 */
export const device_info = signature(
  'device_info',
  ['str device'],
  (device: DeviceName = 'cpu'): DeviceInfo => getDevice(device).info(),
  'python',
)
