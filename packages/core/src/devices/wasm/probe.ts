import { F32x4, ModuleBuilder, type ModuleOptions } from './assembler.ts'

/** Whether a module with one multiply-add of vectors compiles here: the engine may not know it, the page may forbid it. */
function accepts(options: ModuleOptions): boolean {
  if (typeof WebAssembly === 'undefined') return false
  const m = new ModuleBuilder(options)
  m.function([F32x4, F32x4], F32x4, (_, x, y) => x.madd(y, x))
  try {
    return new WebAssembly.Module(m.bytes()) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

/** Whether WebAssembly is there and has 128-bit vectors. */
export const hasSimd: boolean = accepts({ relaxed: false })

/** Whether it has the fused multiply-add of relaxed SIMD: Node 22, or Node 20 with `--experimental-wasm-relaxed-simd`. */
export const hasRelaxedSimd: boolean = accepts({ relaxed: true })

/**
 * Whether the engine joins operations on neighbouring vectors of 128 bits into one of 256. No module can see that, so this
 * asks for the flag that turns it on: V8's `--experimental-wasm-revectorize`, which Node 26 has.
 */
export const hasWideVectors: boolean = hasSimd && flagsOfNode().includes('--experimental-wasm-revectorize')

/** The flags that Node was started with; none in a page. */
function flagsOfNode(): readonly string[] {
  const { process } = globalThis as { readonly process?: { readonly execArgv?: readonly string[] } }
  return process?.execArgv ?? []
}

/** Whether it has shared memories, which a web page gets only when it is cross-origin isolated. */
export const hasThreads: boolean = hasSimd && sharesMemory()

function sharesMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  const m = new ModuleBuilder()
  m.importMemory({ shared: true })
  return WebAssembly.validate(m.bytes())
}
