import { RuntimeError } from '../../errors.ts'
import type { Engine, Handle, Program, WgslProgram } from './engine.ts'
import { Memory, type Slot } from './memory.ts'
import { Pressure } from './pressure.ts'

/** A program, what it reads, and where its result goes. */
export interface Launch {
  readonly program: Program | WgslProgram
  readonly target: Memory
  /** The cells that are computed; those of the target where left out. */
  readonly length?: number
  readonly inputs: readonly Memory[]
  readonly numbers: readonly number[]
}

/** All work of a device in the order in which it was asked for: done at once where the engine is synchronous. */
export class Queue {
  readonly engine: Engine
  /** Memory that is alive on the engine. */
  live = 0
  /** How often values came back to the host. */
  reads = 0
  /** How much may wait before somebody has to: a kilobyte each. A step of a GPT with 12 layers and AdamW is some 1,700. */
  maximumWaiting = 100_000
  /** How often values moved out to the JavaScript heap, and how often some came back. */
  movedOut = 0
  movedIn = 0
  readonly #pressure: Pressure
  #launches = 0
  #jobs: (() => Promise<void>)[] = []
  #draining: Promise<void> | null = null
  readonly #registry = new FinalizationRegistry<Slot>((slot) => this.#empty(slot))

  /** `budget` is what may be alive before it moves out, in bytes, where only finalizers tell what nobody holds. */
  constructor(engine: Engine, budget?: number) {
    this.engine = engine
    const moveOut = engine.sync ? (slot: Slot): void => this.#moveOut(slot) : null
    this.#pressure = new Pressure({ empty: (slot) => this.#empty(slot), moveOut }, budget)
  }

  /** Memory of some elements, which nobody has written yet. */
  allocate(length: number): Memory {
    const memory = new Memory(length)
    this.#registry.register(memory, memory.slot, memory.slot)
    this.#pressure.held(memory)
    return memory
  }

  /** Computes all results from what is there now, then puts each in its place. */
  launch(op: string, launches: readonly Launch[]): void {
    this.#check(op)
    if (this.engine.sync) {
      this.#pressure.relieveNow()
      const results = launches.map((launch) =>
        this.#execute(
          launch,
          launch.inputs.map((memory) => this.#here(memory)),
        ),
      )
      launches.forEach(({ target }, i) => this.#fill(target, results[i] as Handle))
      return
    }
    // The slots are kept here, not the memory: that may be collected while this waits.
    const work = launches.map(({ target, inputs, ...rest }) => ({
      ...rest,
      target: target.slot,
      inputs: inputs.map(({ slot }) => slot),
      length: rest.length ?? target.slot.length,
    }))
    this.#enqueue(op, async () => {
      try {
        const results: Handle[] = []
        for (const { inputs, ...launch } of work) {
          const handles: Handle[] = []
          for (const slot of inputs) handles.push(await this.#filled(slot))
          results.push(await this.#execute(launch, handles))
        }
        work.forEach(({ target }, i) => this.#put(target, results[i] as Handle))
      } catch (error) {
        for (const { target } of work) target.error ??= this.#failure(op, error)
      }
    })
  }

  /** Fills memory with values of the host, from the first element on. */
  write(memory: Memory, values: Float32Array): void {
    this.#check('write')
    const { slot } = memory
    if (this.engine.sync) {
      this.#pressure.relieveNow()
      return this.#fill(memory, this.engine.upload(values) as Handle)
    }
    this.#enqueue('write', async () => {
      try {
        this.#put(slot, await this.engine.upload(values))
      } catch (error) {
        slot.error = this.#failure('write', error)
      }
    })
  }

  /** The values of memory, where the engine can answer at once. */
  read(memory: Memory): Float32Array {
    this.#check('read')
    this.reads++
    const { slot } = memory
    return slot.moved ?? (this.engine.download(this.#here(memory), slot.length) as Float32Array)
  }

  /** The values of memory as they are when all that was asked for so far is done. */
  async readAsync(memory: Memory): Promise<Float32Array> {
    const [values] = await Promise.all([
      this.engine.sync ? this.read(memory) : this.#readLater(memory),
      this.#pressure.relieve(),
    ])
    return values
  }

  #readLater({ slot }: Memory): Promise<Float32Array> {
    this.reads++
    return new Promise((resolve, reject) => {
      this.#append(async () => {
        try {
          const handle = await this.#filled(slot)
          this.#check('read')
          // The copy is under way when this returns; what follows need not wait for its arrival.
          this.#download(handle, slot.length).then(resolve, (error: unknown) => reject(this.#failure('read', error)))
        } catch (error) {
          reject(this.#failure('read', error))
        }
      })
    })
  }

  async #download(handle: Handle, length: number): Promise<Float32Array> {
    const values = await this.engine.download(handle, length)
    const fault = this.engine.fault()
    if (fault !== null) throw new Error(`an op before it failed: ${fault}`)
    return values
  }

  /** Gives memory back after all that was asked for so far. */
  free(memory: Memory): void {
    this.#registry.unregister(memory.slot)
    this.#empty(memory.slot)
  }

  /** When all that was asked for so far is done. The program yields to the event loop, and with it to finalizers. */
  async idle(): Promise<void> {
    await this.#draining
    await this.engine.finish()
    await this.#pressure.relieve()
  }

  #check(op: string): void {
    if (this.engine.lost !== null) throw this.#loss(op)
  }

  #loss(op: string): RuntimeError {
    return new RuntimeError(
      `${op} on 'gpu': the GPU was lost, and with it all tensors there (${this.engine.lost}); ` +
        'await torch.gpu.init() starts it again',
    )
  }

  /** An error of the engine, with the op that it came from. */
  #failure(op: string, error: unknown): Error {
    if (error instanceof RuntimeError) return error
    if (this.engine.lost !== null) return this.#loss(op)
    return new RuntimeError(`${op} on 'gpu': ${error instanceof Error ? error.message : String(error)}`)
  }

  #execute(
    { program, length, numbers, target }: Omit<Launch, 'inputs' | 'target'> & { readonly target: Memory | Slot },
    handles: readonly Handle[],
  ): Handle | Promise<Handle> {
    const cells = length ?? (target instanceof Memory ? target.slot : target).length
    return this.engine.compile(program)(cells, handles, numbers)
  }

  /** What a slot holds; zeros where nothing was written. */
  #filled(slot: Slot): Handle | Promise<Handle> {
    if (slot.error !== null) throw slot.error
    if (slot.handle !== null) return slot.handle
    const zeros = this.engine.upload(new Float32Array(slot.length))
    const keep = (handle: Handle): Handle => {
      this.#put(slot, handle)
      return handle
    }
    return zeros instanceof Promise ? zeros.then(keep) : keep(zeros)
  }

  /** What memory holds, where the engine can answer at once; it comes back if it was out. */
  #here(memory: Memory): Handle {
    const { slot } = memory
    slot.used = ++this.#launches
    if (slot.moved !== null) {
      this.#pressure.cameBack(slot)
      this.movedIn++
      this.#fill(memory, this.engine.upload(slot.moved) as Handle)
    }
    return this.#filled(slot) as Handle
  }

  /** As `#put`, where the engine can answer at once: what was out is watched again. */
  #fill(memory: Memory, handle: Handle): void {
    const { slot } = memory
    if (slot.moved !== null) {
      slot.moved = null
      this.#registry.register(memory, slot, slot)
    }
    slot.used = ++this.#launches
    this.#put(slot, handle)
  }

  #moveOut(slot: Slot): void {
    slot.moved = this.engine.download(slot.handle as Handle, slot.length) as Float32Array
    // A finalizer would hold the slot, and so the values, until the program yields.
    this.#registry.unregister(slot)
    this.#empty(slot)
    this.movedOut++
  }

  #put(slot: Slot, handle: Handle): void {
    if (slot.handle !== null) this.engine.release(slot.handle)
    else {
      this.live++
      this.#pressure.taken(slot)
    }
    slot.handle = handle
    slot.error = null
  }

  #empty(slot: Slot): void {
    this.#pressure.dropped(slot)
    const release = (): void => {
      if (slot.handle === null) return
      this.engine.release(slot.handle)
      slot.handle = null
      this.live--
      this.#pressure.given(slot)
    }
    if (this.engine.sync || this.#draining === null) release()
    else this.#jobs.push(async () => release())
  }

  #enqueue(op: string, job: () => Promise<void>): void {
    if (this.#jobs.length >= this.maximumWaiting) {
      throw new RuntimeError(
        `${op}: ${this.#jobs.length} steps wait for the GPU, which runs them only when your program waits; ` +
          `await torch.gpu.synchronize(), or read a result with await x.item_async(), in each turn of the loop`,
      )
    }
    this.#append(job)
  }

  #append(job: () => Promise<void>): void {
    this.#jobs.push(job)
    this.#draining ??= this.#drain()
  }

  async #drain(): Promise<void> {
    for (let done = 0; this.#jobs.length > done; ) {
      await (this.#jobs[done++] as () => Promise<void>)()
      // The list is cut now and then: taking each job off its front would move all the others.
      if (done === 256) {
        this.#jobs = this.#jobs.slice(done)
        done = 0
      }
      if (this.#jobs.length === done) this.#jobs = []
      if (this.#jobs.length === 0) done = 0
    }
    this.#draining = null
  }
}
