import { type Engine, first, inNode, Missing, nextTask, type Program } from '../engine.ts'
import type { GpuJs, GpuJsResult } from '../gpujs.ts'
import type { Mode } from '../modes.ts'
import { copying, keepPrograms, startGpuJs } from './compiler.ts'

type Gl = WebGLRenderingContext | WebGL2RenderingContext

/** Kernels as fragment shaders of WebGL 2, in web pages. */
export function webgl2(gpujs: GpuJs): Engine {
  const gl = contextOf('webgl2')
  need(gl, 'EXT_color_buffer_float')
  return glEngine(gpujs, 'webgl2', gl)
}

/** As `webgl2`, where the browser has WebGL 1 only. */
export function webgl(gpujs: GpuJs): Engine {
  const gl = contextOf('webgl')
  need(gl, 'OES_texture_float')
  need(gl, 'WEBGL_color_buffer_float')
  return glEngine(gpujs, 'webgl', gl)
}

/** WebGL 1 in Node, by the package gl. */
export function headlessgl(gpujs: GpuJs): Engine {
  if (!inNode()) throw new Missing('it is for Node; web pages have webgl2')
  if (!gpujs.GPU.isHeadlessGLSupported) {
    throw new Missing(
      'the package gl, which gpu.js lists as optional, is not installed or has no display; npm install gl builds it ' +
        'from source (on Debian it needs build-essential libxi-dev libgl1-mesa-dev, and Node runs under xvfb-run)',
    )
  }
  return glEngine(gpujs, 'headlessgl', null)
}

function contextOf(mode: 'webgl2' | 'webgl'): Gl {
  if (inNode()) throw new Missing('it is for web pages; Node has headlessgl')
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1)
  const gl = canvas.getContext(mode, { alpha: false, depth: false, antialias: false }) as Gl | null
  if (gl === null) throw new Missing(`this browser gives no context '${mode}'; look at chrome://gpu or about:support`)
  return gl
}

function need(gl: Gl, extension: string): void {
  if (gl.getExtension(extension) === null) {
    throw new Missing(`this GPU cannot write float32 textures: its driver lacks ${extension}`)
  }
}

function glEngine(gpujs: GpuJs, mode: Mode, context: Gl | null): Engine {
  // gpu.js resizes its canvas at each change of size, though all is drawn into textures: this one only keeps the numbers.
  const makeKernel = startGpuJs(gpujs, context === null ? { mode } : { mode, context, canvas: { width: 1, height: 1 } })
  const programs = keepPrograms((program: Program) => {
    const kernel = makeKernel(program, 'ArrayTexture(1)')
    return (length, handles, numbers) => {
      kernel.setOutput([length])
      return kernel(...(handles as readonly GpuJsResult[]), ...numbers)
    }
  })
  const copy = makeKernel(copying, 'Input')
  return {
    mode,
    sync: true,
    wgsl: false,
    adapter: context === null ? null : nameOf(context),
    upload(values) {
      // No texture is empty.
      const some = values.length > 0 ? values : new Float32Array(1)
      copy.setOutput([some.length])
      return copy(gpujs.input(some, [some.length]))
    },
    download: (handle, length) => first((handle as GpuJsResult).toArray() as Float32Array, length),
    release: (handle) => (handle as GpuJsResult).delete(),
    get lost() {
      return context?.isContextLost() ? 'the browser took its WebGL context away' : null
    },
    fault: () => null,
    // Nobody asks for results here: that they are under way is enough.
    finish: nextTask,
    compile: programs.compile,
    get compiled() {
      return programs.compiled
    },
  }
}

/** The name of the hardware, where the browser tells it. */
function nameOf(gl: Gl): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info')
  return gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL) as string
}
