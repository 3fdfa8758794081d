import { RuntimeError } from '../../errors.ts'
import { outOfMemory } from '../memory-limit.ts'
import { hasThreads } from './probe.ts'
import { Spans } from './spans.ts'

const pageBytes = 65536
/** Every address handed out is a multiple of it: a cache line. */
const alignment = 64
/** The largest block that comes from a page of equal ones. */
const largestSmall = 8192
/** Kernels read whole vectors, so up to 12 bytes behind the last array. */
const slack = alignment

export interface MemoryOptions {
  /** Never hold more than this. */
  readonly maximumBytes?: number
  /** One memory for several threads. */
  readonly shared?: boolean
}

export interface MemoryStats {
  /** Bytes handed out. */
  readonly used: number
  /** The most bytes that were handed out at a time. */
  readonly peak: number
  /** Bytes of the whole memory. */
  readonly capacity: number
}

/**
 * A memory that threads can share, where there are such. It costs nothing measurable beside one of a single thread, and
 * grows a thousand times faster, so that nothing need move when somebody asks for threads. Where no address space for it is
 * found (a shared memory reserves its maximum), a memory of a single thread.
 */
export function makeMemory(): KernelMemory {
  if (!hasThreads) return new KernelMemory()
  try {
    return new KernelMemory({ shared: true })
  } catch {
    return new KernelMemory()
  }
}

/**
 * The memory of all tensors of the device, and its allocator. Small blocks come from pages of blocks of one size; large ones
 * from stretches of free memory that join again when they are freed. The memory grows by need and never shrinks: a
 * WebAssembly memory cannot. Blocks are not cleared.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  readonly #maximumPages: number
  readonly #spans = new Spans()
  /** Free small blocks by size class: blocks of `alignment`, twice that, and so on. */
  readonly #small: number[][] = []
  /** Of each size class the part of its newest page that was never handed out. */
  readonly #fresh: { at: number; end: number }[] = []
  /** The size class of each page of small blocks; 0 for all other pages. */
  #classOfPage = new Uint8Array(256)
  /** The sizes of large blocks. */
  readonly #large = new Map<number, number>()
  #used = 0
  #peak = 0
  #float32: Float32Array
  #int32: Int32Array
  #uint8: Uint8Array

  constructor({ maximumBytes = 2 ** 32, shared = false }: MemoryOptions = {}) {
    this.shared = shared
    this.#maximumPages = Math.min(65536, Math.max(2, Math.floor(maximumBytes / pageBytes)))
    this.memory = new WebAssembly.Memory(shared ? { initial: 2, maximum: 65536, shared } : { initial: 2 })
    this.#float32 = new Float32Array(this.memory.buffer)
    this.#int32 = new Int32Array(this.memory.buffer)
    this.#uint8 = new Uint8Array(this.memory.buffer)
    // The address 0 is nobody's, and neither is the slack behind the end.
    this.#spans.give(alignment, 2 * pageBytes - alignment - slack)
  }

  /**
   * The address of a block of at least `bytes` bytes.
   *
   * @throws RuntimeError where there is no room for it.
   */
  alloc(bytes: number): number {
    const pointer = this.tryAlloc(bytes)
    if (pointer === undefined) throw outOfMemory(bytes, this.maximumBytes)
    return pointer
  }

  /** As `alloc`; undefined where there is no room. */
  tryAlloc(bytes: number): number | undefined {
    const pointer = bytes <= largestSmall ? this.#allocSmall(bytes) : this.#allocLarge(bytes)
    if (pointer === undefined) return undefined
    this.#used += this.sizeOf(pointer)
    if (this.#used > this.#peak) this.#peak = this.#used
    return pointer
  }

  /** Takes a block back. */
  free(pointer: number): void {
    const size = this.sizeOf(pointer)
    const sizeClass = this.#classOfPage[Math.floor(pointer / pageBytes)] ?? 0
    this.#used -= size
    if (sizeClass > 0) this.#listOf(sizeClass).push(pointer)
    else {
      this.#large.delete(pointer)
      this.#spans.give(pointer, size)
    }
  }

  /** The bytes of the block at an address, at least those asked for. */
  sizeOf(pointer: number): number {
    const sizeClass = this.#classOfPage[Math.floor(pointer / pageBytes)] ?? 0
    if (sizeClass > 0) return alignment << (sizeClass - 1)
    const size = this.#large.get(pointer)
    if (size === undefined) throw new RuntimeError(`free: no block starts at address ${pointer}; was it freed before?`)
    return size
  }

  /** More than this it never has. */
  get maximumBytes(): number {
    return this.#maximumPages * pageBytes
  }

  /** The bytes of all blocks. */
  get used(): number {
    return this.#used
  }

  get stats(): MemoryStats {
    return { used: this.#used, peak: this.#peak, capacity: this.memory.buffer.byteLength }
  }

  /** The whole memory as floats. A view that was kept may be dead after the next `alloc`: ask again. */
  get float32(): Float32Array {
    if (this.#float32.buffer !== this.memory.buffer) this.#float32 = new Float32Array(this.memory.buffer)
    return this.#float32
  }

  /** The whole memory as integers, as `float32`. */
  get int32(): Int32Array {
    if (this.#int32.buffer !== this.memory.buffer) this.#int32 = new Int32Array(this.memory.buffer)
    return this.#int32
  }

  /** The whole memory as bytes, as `float32`. */
  get uint8(): Uint8Array {
    if (this.#uint8.buffer !== this.memory.buffer) this.#uint8 = new Uint8Array(this.memory.buffer)
    return this.#uint8
  }

  #listOf(sizeClass: number): number[] {
    const known = this.#small[sizeClass]
    if (known !== undefined) return known
    const list: number[] = []
    this.#small[sizeClass] = list
    return list
  }

  #allocSmall(bytes: number): number | undefined {
    // 1 for up to 64 bytes, 2 for up to 128, and so on.
    const sizeClass = bytes <= alignment ? 1 : 33 - Math.clz32((bytes - 1) >> 6)
    const pointer = this.#listOf(sizeClass).pop()
    if (pointer !== undefined) return pointer
    const size = alignment << (sizeClass - 1)
    let fresh = this.#fresh[sizeClass]
    if (fresh === undefined || fresh.at === fresh.end) {
      const page = this.#takePage()
      if (page === undefined) return undefined
      this.#markPage(page / pageBytes, sizeClass)
      fresh = { at: page, end: page + pageBytes }
      this.#fresh[sizeClass] = fresh
    }
    const { at } = fresh
    fresh.at += size
    return at
  }

  #allocLarge(bytes: number): number | undefined {
    const size = Math.ceil(bytes / alignment) * alignment
    const pointer = this.#spans.take(size) ?? this.#grow(size)
    if (pointer === undefined) return undefined
    this.#large.set(pointer, size)
    return pointer
  }

  /** A page that starts at a multiple of its size. */
  #takePage(): number | undefined {
    const padded = this.#spans.take(2 * pageBytes) ?? this.#grow(2 * pageBytes)
    if (padded === undefined) return undefined
    const page = Math.ceil(padded / pageBytes) * pageBytes
    const before = page - padded
    const behind = pageBytes - before
    if (before > 0) this.#spans.give(padded, before)
    if (behind > 0) this.#spans.give(page + pageBytes, behind)
    return page
  }

  #markPage(page: number, sizeClass: number): void {
    if (page >= this.#classOfPage.length) {
      const longer = new Uint8Array(Math.max(2 * this.#classOfPage.length, page + 1))
      longer.set(this.#classOfPage)
      this.#classOfPage = longer
    }
    this.#classOfPage[page] = sizeClass
  }

  /** Grows the memory so that `size` free bytes end it, and takes them; undefined where it cannot grow so far. */
  #grow(size: number): number | undefined {
    const capacity = this.memory.buffer.byteLength
    const pages = capacity / pageBytes
    const missing = Math.ceil((size - this.#spans.endingAt(capacity - slack)) / pageBytes)
    // More than is missing, so that growing stays rare; only what is missing where that is too much.
    const steps = [Math.max(missing, Math.ceil(pages / 4)), missing]
    const step = steps.find((more) => pages + more <= this.#maximumPages && this.#tryGrow(more))
    return step === undefined ? undefined : this.#takeGrown(capacity, size)
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages)
      return true
    } catch {
      return false
    }
  }

  #takeGrown(before: number, size: number): number | undefined {
    this.#spans.give(before - slack, this.memory.buffer.byteLength - before)
    return this.#spans.take(size)
  }
}
