import type { Executable, Program } from '../engine.ts'
import type { GpuJs, GpuJsKernel, GpuJsSettings } from '../gpujs.ts'
import { libraryOf } from '../library.ts'

/** Makes kernels of programs whose arrays are of a type of gpu.js. Each call of a kernel gives memory of its own. */
export type MakeKernel = (program: Program, arrayType: string) => GpuJsKernel

/** Starts gpu.js in a mode, with the functions that kernels call. */
export function startGpuJs(gpujs: GpuJs, settings: GpuJsSettings): MakeKernel {
  const gpu = new gpujs.GPU(settings)
  const library = libraryOf(settings.mode)
  for (const { source, parameters } of library) {
    const argumentTypes = Object.fromEntries(parameters.map((parameter) => [parameter, 'Float']))
    gpu.addFunction(source, { argumentTypes, returnType: 'Float' })
  }
  // GLSL has to know a function before one that calls it, and gpu.js does not always sort them so.
  if (settings.mode.includes('gl')) {
    const kind = (count: number): string => new Array<string>(count).fill('float').join(', ')
    gpu.injectNative(library.map(({ name, parameters }) => `float ${name}(${kind(parameters.length)});`).join('\n'))
  }
  return ({ source, arrays, numbers }, arrayType) =>
    gpu.createKernel(source, {
      argumentTypes: [...new Array<string>(arrays).fill(arrayType), ...new Array<string>(numbers).fill('Float')],
      output: [1],
      dynamicOutput: true,
      dynamicArguments: true,
      immutable: true,
      pipeline: true,
      precision: 'single',
      // Left to itself, WebGL takes fewer bits for small results, and compiles once more for large ones.
      tactic: 'precision',
      loopMaxIterations: 2 ** 31 - 1,
    })
}

/** Programs that are compiled once, known by their text. */
export interface Programs<P> {
  readonly compile: (program: P) => Executable
  readonly compiled: number
}

/** Keeps what `make` makes of programs. */
export function keepPrograms<P extends { readonly source: string }>(make: (program: P) => Executable): Programs<P> {
  const known = new Map<string, Executable>()
  return {
    compile(program) {
      const old = known.get(program.source)
      if (old !== undefined) return old
      const executable = make(program)
      known.set(program.source, executable)
      return executable
    },
    get compiled() {
      return known.size
    },
  }
}

/** The program that copies its argument: how values of the host get to a GPU. */
export const copying: Program = { source: 'function (k_x) { return k_x[this.thread.x]; }', arrays: 1, numbers: 0 }
