import { RuntimeError } from '../../errors.ts'
import { createGpu, type GpuDevice } from './device.ts'
import { createEngine, type Mode } from './engine.ts'
import { type GpuJs, loadGpuJs } from './gpujs.ts'

/** The modes in the order in which they are tried. */
export const modes: readonly Mode[] = ['webgpu', 'webasm', 'cpu']

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
 * @throws RuntimeError where the mode, or gpu.js itself, is not there, with what is missing and how to get it.
 */
export async function start(wanted: Mode | undefined): Promise<Started> {
  if (wanted !== undefined && !modes.includes(wanted)) {
    throw new RuntimeError(`torch.gpu.init: mode is one of ${modes.join(', ')}, not '${wanted}'`)
  }
  const gpujs = await load()
  const reasons: Partial<Record<Mode, string>> = {}
  for (const mode of wanted === undefined ? modes : [wanted]) {
    const answer = await prepare(gpujs, mode)
    if ('reason' in answer) {
      reasons[mode] = answer.reason
      continue
    }
    const better = Object.entries(reasons).map(([other, reason]) => `${other}: ${reason}`)
    const reason = better.length > 0 ? better.join('; ') : null
    return { device: createGpu(createEngine(gpujs, mode), reason), mode, adapter: answer.adapter, reasons }
  }
  const missing = Object.entries(reasons).map(([mode, reason]) => `mode '${mode}' is not there: ${reason}`)
  throw new RuntimeError(`torch.gpu.init: ${missing.join('; ')}`)
}

async function load(): Promise<GpuJs> {
  try {
    return await loadGpuJs()
  } catch (error) {
    throw new RuntimeError(
      `torch.gpu.init: gpu.js could not be loaded (${messageOf(error)}); install it: npm install gpu.js webgpu`,
    )
  }
}

/** What answers in a mode, or why nothing does. */
async function prepare(
  gpujs: GpuJs,
  mode: Mode,
): Promise<{ readonly adapter: string | null } | { readonly reason: string }> {
  if (mode === 'cpu') return { adapter: null }
  if (mode === 'webasm') {
    return typeof WebAssembly === 'undefined' ? { reason: 'there is no WebAssembly here' } : { adapter: null }
  }
  const lack = await provideWebGpu()
  if (lack !== null) return { reason: lack }
  try {
    const { adapter } = await gpujs.WebGPUContext.acquire()
    return { adapter: nameOf(adapter) }
  } catch {
    return {
      reason:
        'WebGPU has no adapter; it needs a GPU with a driver (on Linux, Vulkan), or SwiftShader: on Debian, ' +
        'apt-get install chromium libvulkan1 and set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json',
    }
  }
}

/** Sees to it that `navigator.gpu` is there: in Node it comes from the package webgpu. Says why it is not. */
async function provideWebGpu(): Promise<string | null> {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: unknown } }
  if (navigator?.gpu !== undefined) return null
  if (!('process' in globalThis)) return 'this browser has no WebGPU, or the page is not served over https'
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    const value = create([])
    if (navigator === undefined)
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: value }, configurable: true })
    else Object.defineProperty(navigator, 'gpu', { value, configurable: true })
    return null
  } catch (error) {
    return `the package webgpu could not be loaded (${messageOf(error)}); npm install webgpu`
  }
}

function nameOf(adapter: unknown): string | null {
  const { info } = adapter as { readonly info?: { readonly description?: string; readonly vendor?: string } }
  return info?.description || info?.vendor || null
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] as string) : String(error)
