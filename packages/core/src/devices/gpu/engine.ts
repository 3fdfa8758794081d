import type { GpuJs, GpuJsKernel, GpuJsResult } from './gpujs.ts'
import { libraryOf } from './library.ts'

/** The modes of gpu.js that the device runs on. */
export type Mode = 'webgpu' | 'webasm' | 'cpu'

/** Memory of an engine: float32 values. */
export type Handle = Float32Array | GpuJsResult

/** A kernel as text: a function of arrays, then of numbers, that returns the value of one cell. */
export interface Program {
  readonly source: string
  readonly arrays: number
  readonly numbers: number
}

/** A compiled program: fills `length` cells of new memory. */
export type Executable = (
  length: number,
  arrays: readonly Handle[],
  numbers: readonly number[],
) => Handle | Promise<Handle>

/** gpu.js in one mode, as far as a device needs it. Values are Promises where the mode is asynchronous. */
export interface Engine {
  readonly mode: Mode
  readonly sync: boolean
  upload(values: Float32Array): Handle | Promise<Handle>
  /** The first `length` values. */
  download(handle: Handle, length: number): Float32Array | Promise<Float32Array>
  release(handle: Handle): void
  /** The same text is compiled once. */
  compile(program: Program): Executable
  /** How many programs were compiled. */
  readonly compiled: number
}

/** Starts gpu.js in a mode. */
export function createEngine(gpujs: GpuJs, mode: Mode): Engine {
  const gpu = new gpujs.GPU({ mode })
  for (const { source, parameters } of libraryOf(mode)) {
    const argumentTypes = Object.fromEntries(parameters.map((parameter) => [parameter, 'Float']))
    gpu.addFunction(source, { argumentTypes, returnType: 'Float' })
  }
  const isAsync = mode === 'webgpu'
  // The sizes of arrays are part of a module of mode `webasm`: rounded up, different shapes share one.
  const room = mode === 'webasm' ? sizeClass : (length: number): number => length
  const programs = new Map<string, Executable>()

  // The cells that are there for their size alone have nothing to read.
  const guarded = (program: Program): Program =>
    mode !== 'webasm'
      ? program
      : {
          ...program,
          source: program.source.replace(') {', ', k_length) {\nif (this.thread.x >= k_length) { return 0; }'),
          numbers: program.numbers + 1,
        }

  const kernelOf = ({ source, numbers }: Program, arrays: readonly string[]): GpuJsKernel =>
    gpu.createKernel(source, {
      argumentTypes: [...arrays, ...new Array<string>(numbers).fill('Float')],
      output: [1],
      dynamicOutput: true,
      dynamicArguments: true,
      immutable: true,
      pipeline: true,
      precision: 'single',
      loopMaxIterations: 2 ** 31 - 1,
    })

  const compile = (program: Program): Executable => {
    const known = programs.get(program.source)
    if (known !== undefined) return known
    const kernel = kernelOf(
      guarded(program),
      new Array<string>(program.arrays).fill(isAsync ? 'WebGPUBuffer' : 'Input'),
    )
    const executable: Executable = (length, arrays, numbers) => {
      kernel.setOutput([room(length)])
      const given = arrays.map((x) => (x instanceof Float32Array ? gpujs.input(x, [x.length]) : x))
      return mode === 'webasm' ? kernel(...given, ...numbers, length) : kernel(...given, ...numbers)
    }
    programs.set(program.source, executable)
    return executable
  }

  const copy = kernelOf({ source: 'function (k_x) { return k_x[this.thread.x]; }', arrays: 1, numbers: 0 }, ['Input'])

  return {
    mode,
    sync: !isAsync,
    upload(values) {
      if (!isAsync) {
        const memory = new Float32Array(room(values.length))
        memory.set(values)
        return memory
      }
      // No buffer is empty.
      const some = values.length > 0 ? values : new Float32Array(1)
      copy.setOutput([some.length])
      return copy(gpujs.input(some, [some.length]))
    },
    download(handle, length) {
      const first = (values: Float32Array): Float32Array =>
        values.length === length ? values : values.subarray(0, length)
      return handle instanceof Float32Array ? first(handle) : handle.toArray().then(first)
    },
    release(handle) {
      if (!(handle instanceof Float32Array)) handle.delete()
    },
    compile,
    get compiled() {
      return programs.size
    },
  }
}

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, …, from 4 on: at most a third is room to spare. */
function sizeClass(length: number): number {
  if (length <= 4) return 4
  const power = 2 ** Math.ceil(Math.log2(length))
  return length <= power * 0.75 ? power * 0.75 : power
}
