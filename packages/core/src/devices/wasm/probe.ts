/** The header of a module with one function of two vectors, `x` and `y`, whose body follows. */
const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7b, 0x7b, 1, 0x7b, 3, 2, 1, 0, 10]

/** Whether a module compiles here: the engine may not know its instructions, the page may forbid it. */
function accepts(bytes: readonly number[]): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.from(bytes)) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

/** Whether WebAssembly is there and has 128-bit vectors: `x * y`. */
export const hasSimd: boolean = accepts([...head, 11, 1, 9, 0, 0x20, 0, 0x20, 1, 0xfd, 0xe6, 1, 11])

/** Whether it has the fused multiply-add of relaxed SIMD, `x * y + x`: Node 22, or Node 20 with `--experimental-wasm-relaxed-simd`. */
export const hasRelaxedSimd: boolean = accepts([...head, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 0, 0xfd, 0x85, 2, 11])

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
  // A module that imports one as `env.memory`.
  const name = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79]
  return WebAssembly.validate(Uint8Array.from([...head.slice(0, 8), 2, 18, 1, ...name, 2, 3, 0, 0x80, 0x80, 4]))
}
