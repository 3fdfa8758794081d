import { bool, type DType, int32, type TypedArray } from '../../dtype.ts'
import type { HostBuffer } from '../js/host.ts'
import { reserve } from '../memory-limit.ts'
import { Collector, weigh } from './collector.ts'
import type { KernelMemory } from './memory.ts'

/**
 * Where the elements of one storage are: in the memory of the kernels (`pointer` is not 0) or moved out to an array. It
 * knows slots, never the buffers that hold them, so that the collector can tell when a buffer is dropped.
 */
interface Slot {
  /** The buffer, as long as somebody holds it; `null` where a finalizer tells when nobody does. */
  holder: WeakRef<ResidentBuffer> | null
  pointer: number
  moved: TypedArray | null
  length: number
  dtype: DType
  /** The call that used it last. */
  call: number
  /** Neighbours in the order of use, `null` at both ends. */
  before: Slot | null
  after: Slot | null
}

/** What a storage holds: a slot, freed when the buffer is collected. */
export class ResidentBuffer implements HostBuffer {
  readonly slot: Slot
  readonly #residency: Residency

  constructor(residency: Residency, slot: Slot) {
    this.#residency = residency
    this.slot = slot
  }

  /** The elements, wherever they are. The array is dead after the next allocation. */
  get array(): TypedArray {
    return this.#residency.arrayOf(this.slot)
  }

  /** Gives the memory back at once: for what is known to be dead. */
  free(): void {
    this.#residency.free(this)
  }
}

/** The most buffers without memory that wait to be used again. */
const mostSpare = 256

/** With more buffers than this, the collector is asked which of them were dropped. */
const mostSlots = 2 ** 16

/** What is where. */
export interface ResidencyStats {
  /** Bytes in the memory of the kernels. */
  readonly used: number
  /** Past this, the storages used longest ago move out. */
  readonly budget: number
  /** How often a storage moved out, and how often one came back. */
  readonly movedOut: number
  readonly movedIn: number
}

/**
 * The memory of the kernels as a cache in front of the JavaScript heap. Nobody frees anything. Past a budget, what was dropped is
 * freed: where the collector can be asked (see Collector), at once, and the budget is what is held and some more; elsewhere by
 * finalizers, which run when the program yields to the event loop. Memory stays bounded in any case: what does not fit, or cannot
 * be told from what was dropped, moves out, the storages used longest ago first, to plain arrays, which the collector frees without
 * any finalizer and whose weight makes it run. They come back when a kernel asks for them.
 */
export class Residency {
  readonly memory: KernelMemory
  readonly #collector: Collector | null
  /** What may be taken beside what is held, before somebody looks at what was dropped. */
  readonly #margin: number
  #budget: number
  #call = 0
  #movedOut = 0
  #movedIn = 0
  /** How many have memory. */
  #slots = 0
  /** The slot used longest ago, and the newest. */
  #oldest: Slot | null = null
  #newest: Slot | null = null
  /** Buffers that nobody holds any more: to be used again, as hearing of a new one's end costs half a microsecond. */
  readonly #spare: ResidentBuffer[] = []
  readonly #registry = new FinalizationRegistry<Slot>((slot) => this.#drop(slot))

  constructor(memory: KernelMemory, budget: number) {
    this.memory = memory
    this.#margin = budget
    this.#budget = budget
    this.#collector = Collector.create(budget / 4)
  }

  get stats(): ResidencyStats {
    const { used } = this.memory
    return { used, budget: this.#budget, movedOut: this.#movedOut, movedIn: this.#movedIn }
  }

  /** Begins a kernel call: what it asks for stays where it is until the next one. */
  begin(): void {
    this.#call++
  }

  /** Bytes that are held, beside what plain arrays hold. */
  get held(): number {
    return this.memory.used - (this.#collector?.unused ?? 0)
  }

  /** Frees what was dropped, as far as that can be told. */
  collect(): void {
    this.#collector?.collect(() => this.#dropUnheld(), true)
  }

  /** Memory for a new storage; its elements are not defined. */
  allocate(length: number, dtype: DType): ResidentBuffer {
    reserve(length * dtype.itemsize)
    const spare = this.#spare.pop()
    if (spare !== undefined) {
      const { slot } = spare
      slot.length = length
      slot.dtype = dtype
      slot.call = this.#call
      slot.pointer = this.#take(length * dtype.itemsize)
      this.#append(slot)
      return spare
    }
    const slot: Slot = {
      pointer: 0,
      moved: null,
      length,
      dtype,
      call: this.#call,
      before: null,
      after: null,
      holder: null,
    }
    slot.pointer = this.#take(length * dtype.itemsize)
    this.#append(slot)
    const buffer = new ResidentBuffer(this, slot)
    if (this.#collector === null) this.#registry.register(buffer, slot, slot)
    else slot.holder = new WeakRef(buffer)
    return buffer
  }

  /** The address of a buffer's elements, which come back if they were out. */
  pointerOf(buffer: ResidentBuffer): number {
    const { slot } = buffer
    slot.call = this.#call
    if (slot.pointer === 0) this.#moveIn(buffer)
    else if (slot !== this.#newest) {
      this.#unlink(slot)
      this.#append(slot)
    }
    return slot.pointer
  }

  /** See ResidentBuffer.array. */
  arrayOf({ pointer, moved, length, dtype }: Slot): TypedArray {
    if (moved !== null) return moved
    if (dtype === bool) return this.memory.uint8.subarray(pointer, pointer + length)
    if (dtype === int32) return this.memory.int32.subarray(pointer / 4, pointer / 4 + length)
    return this.memory.float32.subarray(pointer / 4, pointer / 4 + length)
  }

  /** See ResidentBuffer.free. */
  free(buffer: ResidentBuffer): void {
    const { slot } = buffer
    if (slot.pointer === 0) return
    this.#drop(slot)
    if (this.#spare.length < mostSpare) this.#spare.push(buffer)
    else this.#registry.unregister(slot)
  }

  #drop(slot: Slot): void {
    if (slot.pointer === 0) return
    this.memory.free(slot.pointer)
    slot.pointer = 0
    this.#unlink(slot)
  }

  #take(bytes: number): number {
    this.#collector?.allocated(bytes)
    if (this.memory.used + bytes > this.#budget || this.#slots > mostSlots) this.#makeRoom(bytes)
    return this.memory.tryAlloc(bytes) ?? this.#takeElsewhere(bytes)
  }

  /** Memory where there is none free in one piece: what was dropped is freed, then what was used longest ago moves out. */
  #takeElsewhere(bytes: number): number {
    this.collect()
    let pointer = this.memory.tryAlloc(bytes)
    for (let slot = this.#oldest; slot !== null && pointer === undefined; ) {
      const next: Slot | null = slot.after
      if (slot.call !== this.#call) {
        this.#moveOut(slot)
        pointer = this.memory.tryAlloc(bytes)
      }
      slot = next
    }
    return pointer ?? this.memory.alloc(bytes)
  }

  /**
   * Frees what was dropped, where that can be told; what is left is held, or not worth a look. Elsewhere, and past all memory that
   * there can be, what was used longest ago moves out. What the current call uses stays, even past the budget.
   */
  #makeRoom(bytes: number): void {
    if (this.#collector !== null) {
      const hasCollected = this.#collector.collect(() => this.#dropUnheld())
      const needed = this.memory.used + bytes
      this.#budget = Math.min(
        hasCollected ? needed + this.#margin : Math.max(needed, this.#budget),
        this.memory.maximumBytes,
      )
    }
    let slot = this.#oldest
    while (slot !== null && this.memory.used + bytes > this.#budget) {
      const next: Slot | null = slot.after
      if (slot.call !== this.#call) this.#moveOut(slot)
      slot = next
    }
  }

  /** Frees what nobody holds any more, but for what the current call uses: the call may have let go of it. Returns its weight. */
  #dropUnheld(): number {
    let weight = 0
    for (let slot = this.#oldest; slot !== null; ) {
      const next: Slot | null = slot.after
      if (slot.call !== this.#call && slot.holder?.deref() === undefined) {
        weight += weigh(slot.length * slot.dtype.itemsize)
        this.#drop(slot)
      }
      slot = next
    }
    return weight
  }

  #moveOut(slot: Slot): void {
    slot.moved = this.arrayOf(slot).slice()
    // A finalizer would hold the slot, and so the array, until the program yields.
    this.#registry.unregister(slot)
    this.#drop(slot)
    this.#movedOut++
  }

  #moveIn(buffer: ResidentBuffer): void {
    const { slot } = buffer
    const bytes = slot.length * slot.dtype.itemsize
    // What comes back was wanted: more is alive than the budget allows for.
    this.#budget = Math.min(this.#budget + bytes, Math.max(this.#budget, this.memory.maximumBytes))
    slot.pointer = this.#take(bytes)
    const elements = slot.moved as TypedArray
    slot.moved = null
    this.arrayOf(slot).set(elements)
    this.#append(slot)
    if (this.#collector === null) this.#registry.register(buffer, slot, slot)
    this.#movedIn++
  }

  #append(slot: Slot): void {
    this.#slots++
    slot.before = this.#newest
    slot.after = null
    if (this.#newest === null) this.#oldest = slot
    else this.#newest.after = slot
    this.#newest = slot
  }

  #unlink(slot: Slot): void {
    this.#slots--
    if (slot.before === null) this.#oldest = slot.after
    else slot.before.after = slot.after
    if (slot.after === null) this.#newest = slot.before
    else slot.after.before = slot.before
    slot.before = null
    slot.after = null
  }
}
