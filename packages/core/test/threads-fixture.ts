/** Threads that meet, hang and are lost. */
import { I32, ModuleBuilder } from '../src/devices/wasm/assembler.ts'
import { KernelMemory } from '../src/devices/wasm/memory.ts'
import { type Chunk, Compiled, type TeamOptions, ThreadPool, teamStarter } from '../src/devices/wasm/threads/index.ts'
import { startThread, type ThreadHandle } from '../src/devices/wasm/threads/start.ts'

/** Lets others run for a while. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/**
 * Functions that meet: `meet(mine, other)` says that it is there, waits a while for the other, and returns whether that
 * came; `leave(mine)` says that it is gone; `hang(own, other, flag)` does not return while the flag is 0 where it met the
 * other, and returns 1 where nobody is there.
 */
function meetings(memory: KernelMemory): Compiled {
  const m = new ModuleBuilder()
  m.importMemory({ shared: memory.shared })
  const meet = m.function<[I32, I32], I32>([I32, I32], I32, (f, mine, other) => {
    f.store(mine, I32.const(1))
    const left = f.let(I32.const(2 ** 25))
    f.while(I32.load(other).eqz().and(left.gt(0)), () => f.set(left, left.sub(1)))
    return f.let(I32.load(other))
  })
  const leave = m.function<[I32]>([I32], undefined, (f, mine) => f.store(mine, I32.const(0)))
  const hang = m.function<[I32, I32, I32], I32>([I32, I32, I32], I32, (f, own, other, flag) => {
    const alone = f.let(I32.load(other).eqz())
    f.if(alone.eqz(), () => {
      f.store(own, I32.const(1))
      f.while(I32.load(flag).eqz(), () => f.set(alone, I32.const(0)))
    })
    return alone
  })
  m.export('meet', meet)
  m.export('leave', leave)
  m.export('hang', hang)
  return new Compiled(m, memory)
}

/** A pool of two threads, and what they can be asked to do. */
export interface Fixture {
  readonly pool: ThreadPool
  readonly handles: ThreadHandle[]
  /** Runs `meet` twice, until two threads have met in it or too often. */
  readonly untilMet: () => Promise<boolean>
  /** Runs `meet` on this thread while another one hangs; the same result, where the other one comes at all. */
  readonly untilLost: (repeatable: boolean) => Promise<number>
}

/** Makes one. */
export function fixture(options: TeamOptions = {}): Fixture {
  const memory = new KernelMemory({ shared: true })
  const module = meetings(memory)
  const [first, second, flag] = [memory.alloc(64), memory.alloc(64), memory.alloc(64)]
  const clear = (): void => {
    for (const at of [first, second, flag]) memory.int32[at / 4] = 0
  }
  const handles: ThreadHandle[] = []
  const pool = new ThreadPool(memory)
  const starter = teamStarter({
    start: (data, ended) => {
      const handle = startThread(data, ended)
      handles.push(handle)
      return handle
    },
    ...options,
  })
  pool.resize(2, starter)
  const [meet, leave, hang] = ['meet', 'leave', 'hang'].map((name) => module.placeOf(name)) as [number, number, number]
  return {
    pool,
    handles,
    async untilMet() {
      for (let attempt = 0; attempt < 20 && pool.count > 1; attempt++) {
        clear()
        const [one, two] = Array.from(pool.run(module, [[[meet, first, second]], [[meet, second, first]]], true))
        if (one === 1 && two === 1) return true
        await pause(5)
      }
      return false
    },
    async untilLost(repeatable) {
      for (let attempt = 0; attempt < 20; attempt++) {
        clear()
        const stay: Chunk = [
          [meet, first, second],
          [leave, first],
        ]
        const chunks: Chunk[] = [stay, [[hang, second, first, flag]]]
        const [, two = 0] = Array.from(pool.run(module, chunks, repeatable))
        if (pool.count === 1) return two
        await pause(5)
      }
      return Number.NaN
    },
  }
}
