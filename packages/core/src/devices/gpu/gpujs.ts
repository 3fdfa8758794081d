import { RuntimeError } from '../../errors.ts'
import { messageOf } from './engine.ts'

/** What is used of gpu.js, which core neither imports nor depends on before somebody asks for the GPU. */
export interface GpuJs {
  readonly GPU: {
    new (settings: GpuJsSettings): GpuJsInstance
    readonly isHeadlessGLSupported: boolean
  }
  readonly input: (values: Float32Array, size: readonly number[]) => GpuJsInput
  readonly WebGPUContext: { acquire(): Promise<WebGpuContext> }
  readonly WebGPUBufferResult: new (settings: {
    readonly buffer: object
    readonly output: readonly number[]
    readonly context: WebGpuContext
    readonly kernel: unknown
  }) => GpuJsResult
}

/** The GPUAdapter and GPUDevice of gpu.js in mode `webgpu`: types of browsers, which programs for Node may not know. */
export interface WebGpuContext {
  readonly adapter: object
  readonly device: object
}

/** How an instance starts: WebGL is given its context, and something of a size in place of a canvas. */
export interface GpuJsSettings {
  readonly mode: string
  readonly context?: object
  readonly canvas?: { width: number; height: number }
}

/** One instance: kernels of one mode. */
export interface GpuJsInstance {
  addFunction(source: string, settings: { readonly argumentTypes: object; readonly returnType: string }): unknown
  injectNative(source: string): unknown
  createKernel(source: string, settings: object): GpuJsKernel
}

/** A flat array with its size, as an argument of a kernel. */
export interface GpuJsInput {
  readonly value: Float32Array
}

/** Memory on a GPU. */
export interface GpuJsResult {
  /** A GPUBuffer, in mode `webgpu`. */
  readonly buffer: object
  toArray(): Float32Array | Promise<Float32Array>
  delete(): void
}

/** A compiled function: memory of its own for each call, or a Promise of it. */
export interface GpuJsKernel {
  (...args: (GpuJsInput | GpuJsResult | number)[]): Float32Array | GpuJsResult | Promise<GpuJsResult>
  setOutput(size: readonly number[]): unknown
  /** What reads results. */
  readonly kernel: unknown
}

/**
 * Loads gpu.js, or takes what `import('gpu.js')` gave.
 *
 * @throws RuntimeError where it is not there, with the ways to get it.
 */
export async function loadGpuJs(given: unknown = importPackage('gpu.js')): Promise<GpuJs> {
  try {
    const module = (await given) as { readonly default?: unknown }
    return (module.default ?? module) as GpuJs
  } catch (error) {
    throw new RuntimeError(
      `torch.gpu.init: gpu.js could not be loaded (${messageOf(error)}); install it: npm install gpu.js webgpu. In a program ` +
        "that a bundler makes, hand it over: torch.gpu.init({ gpujs: import('gpu.js') })",
    )
  }
}

/** Loads an optional package by a name that no bundler follows: it would refuse programs that do not have the package. */
export const importPackage = (name: string): Promise<unknown> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ name)
