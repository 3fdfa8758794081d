/** What is used of gpu.js, which core neither imports nor depends on before somebody asks for the GPU. */
export interface GpuJs {
  readonly GPU: new (settings: { readonly mode: string }) => GpuJsInstance
  readonly input: (values: Float32Array, size: readonly number[]) => GpuJsInput
  readonly WebGPUContext: {
    acquire(): Promise<{ readonly adapter: unknown; readonly device: unknown }>
  }
}

/** One instance: kernels of one mode. */
export interface GpuJsInstance {
  addFunction(source: string, settings: { readonly argumentTypes: object; readonly returnType: string }): unknown
  createKernel(source: string, settings: object): GpuJsKernel
}

/** A flat array with its size, as an argument of a kernel. */
export interface GpuJsInput {
  readonly value: Float32Array
}

/** Memory on a GPU. */
export interface GpuJsResult {
  toArray(): Promise<Float32Array>
  delete(): void
}

/** A compiled function: memory of its own for each call, or a Promise of it. */
export interface GpuJsKernel {
  (...args: (GpuJsInput | GpuJsResult | number)[]): Float32Array | GpuJsResult | Promise<GpuJsResult>
  setOutput(size: readonly number[]): unknown
}

/** Loads gpu.js, for the first time when somebody asks for the GPU. */
export async function loadGpuJs(): Promise<GpuJs> {
  const module: { readonly default?: unknown } = await import('gpu.js')
  return (module.default ?? module) as GpuJs
}
