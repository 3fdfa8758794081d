import { type Engine, first, inNode, Missing, messageOf, nextTask, type Program, type WgslProgram } from '../engine.ts'
import { type GpuJs, type GpuJsResult, importPackage } from '../gpujs.ts'
import { copying, keepPrograms, startGpuJs } from './compiler.ts'
import { poolResults } from './pool.ts'
import { watch } from './watch.ts'
import { wgslRunner } from './wgsl.ts'

/** Kernels in WGSL; in Node, WebGPU comes from the package webgpu. The only mode that answers later. */
export async function webgpu(gpujs: GpuJs): Promise<Engine> {
  await provideWebGpu()
  const context = await gpujs.WebGPUContext.acquire().catch(() => {
    throw new Missing(
      'WebGPU has no adapter; it needs a GPU with a driver (on Linux, Vulkan), or SwiftShader: on Debian, ' +
        'apt-get install chromium libvulkan1 and set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json',
    )
  })
  const [adapter, device] = [context.adapter as GPUAdapter, context.device as GPUDevice]
  const watched = watch(device, () => poolResults(device))
  const makeKernel = startGpuJs(gpujs, { mode: 'webgpu' })
  const copy = makeKernel(copying, 'Input')
  const runWgsl = wgslRunner(gpujs, context, copy)
  const programs = keepPrograms((program: Program | WgslProgram) => {
    if ('groups' in program) return runWgsl(program)
    const kernel = makeKernel(program, 'WebGPUBuffer')
    return (length, handles, numbers) => {
      kernel.setOutput([length])
      return kernel(...(handles as readonly GpuJsResult[]), ...numbers)
    }
  })
  return {
    mode: 'webgpu',
    sync: false,
    wgsl: true,
    adapter: adapter.info.description || adapter.info.vendor || null,
    upload(values) {
      // No buffer is empty.
      const some = values.length > 0 ? values : new Float32Array(1)
      copy.setOutput([some.length])
      return copy(gpujs.input(some, [some.length]))
    },
    download: async (handle, length) => first(await (handle as GpuJsResult).toArray(), length),
    release: (handle) => (handle as GpuJsResult).delete(),
    get lost() {
      return watched.lost
    },
    fault() {
      const { fault } = watched
      watched.fault = null
      return fault
    },
    async finish() {
      await device.queue.onSubmittedWorkDone()
      await nextTask()
    },
    compile: programs.compile,
    get compiled() {
      return programs.compiled
    },
  }
}

/** Sees to it that `navigator.gpu` is there. */
async function provideWebGpu(): Promise<void> {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: unknown } }
  if (navigator?.gpu !== undefined) return
  if (!inNode()) throw new Missing('this browser has no WebGPU, or the page is not served over https')
  try {
    const { create, globals } = (await importPackage('webgpu')) as WebGpu
    Object.assign(globalThis, globals)
    const value = create([])
    if (navigator === undefined)
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: value }, configurable: true })
    else Object.defineProperty(navigator, 'gpu', { value, configurable: true })
  } catch (error) {
    throw new Missing(`the package webgpu could not be loaded (${messageOf(error)}); npm install webgpu`)
  }
}

/** What is used of the package webgpu. */
interface WebGpu {
  readonly create: (options: readonly string[]) => unknown
  readonly globals: object
}
