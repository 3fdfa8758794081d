import { type Engine, first, Missing, nextTask, type Program } from '../engine.ts'
import type { GpuJs } from '../gpujs.ts'
import { keepPrograms, startGpuJs } from './compiler.ts'
import { sizeClass } from './size-class.ts'

/** Kernels in JavaScript: slow, and there everywhere. */
export function cpu(gpujs: GpuJs): Engine {
  return hostEngine(gpujs, 'cpu', (length) => length)
}

/** Kernels in WebAssembly. */
export function webasm(gpujs: GpuJs): Engine {
  if (typeof WebAssembly === 'undefined') throw new Missing('there is no WebAssembly here')
  // The sizes of arrays are part of a module: rounded up, different shapes share one.
  return hostEngine(gpujs, 'webasm', sizeClass)
}

/** Memory is of the host; arrays have room for `room(length)` elements. */
function hostEngine(gpujs: GpuJs, mode: 'cpu' | 'webasm', room: (length: number) => number): Engine {
  const makeKernel = startGpuJs(gpujs, { mode })
  const programs = keepPrograms(({ source, arrays, numbers }: Program) => {
    // The cells that are there for their size alone have nothing to read.
    const guarded = source.replace(') {', ', k_length) {\nif (this.thread.x >= k_length) { return 0; }')
    const kernel = makeKernel({ source: guarded, arrays, numbers: numbers + 1 }, 'Input')
    return (length, handles, values) => {
      kernel.setOutput([room(length)])
      const inputs = handles.map((handle) => gpujs.input(handle as Float32Array, [(handle as Float32Array).length]))
      return kernel(...inputs, ...values, length)
    }
  })
  return {
    mode,
    sync: true,
    wgsl: false,
    adapter: null,
    upload(values) {
      const memory = new Float32Array(room(values.length))
      memory.set(values)
      return memory
    },
    download: (handle, length) => first(handle as Float32Array, length),
    release() {},
    lost: null,
    fault: () => null,
    finish: nextTask,
    compile: programs.compile,
    get compiled() {
      return programs.compiled
    },
  }
}
