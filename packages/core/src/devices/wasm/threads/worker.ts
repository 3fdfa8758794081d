import { looks, numbersOffset, resultsOffset, retired, states, words } from './control.ts'

/** What a worker is given when it starts. */
export interface WorkerData {
  readonly memory: WebAssembly.Memory
  /** The control block. */
  readonly control: SharedArrayBuffer
  /** Its number among `count` threads, of which the main one is 0. */
  readonly index: number
  readonly count: number
}

/**
 * The program of a worker, as text: a function of its data that returns when the worker retires. It is text, and so small,
 * because a file would have to be found: by Node in sources and in what is built from them, and by every bundler in its own
 * way. A function's own text would not do either: bundlers, minifiers and coverage rewrite it.
 */
const work = `({ memory, control, index, count: threads }) => {
  const words = new Int32Array(control)
  const results = new Float64Array(control, ${resultsOffset})
  const numbers = new Float64Array(control, ${numbersOffset})
  const modules = new Map()
  const functionsOf = (number) => {
    let functions = modules.get(number)
    if (functions === undefined) {
      const bytes = new Uint8Array(memory.buffer, words[${words.address}], words[${words.length}]).slice()
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
      modules.set(number, (functions = Object.values(exports)))
    }
    return functions
  }
  const runChunk = (chunk) => {
    let state = ${states.refused}
    try {
      const functions = functionsOf(words[${words.module}])
      state = ${states.failed}
      let at = words[${words.starts} + chunk]
      let result
      for (let calls = numbers[at++]; calls > 0; calls--) {
        const call = functions[numbers[at]]
        const end = at + 2 + numbers[at + 1]
        result = call(...numbers.subarray(at + 2, end))
        at = end
      }
      results[chunk] = result
      state = ${states.done}
    } catch {}
    return state
  }
  for (;;) {
    const sequence = Atomics.load(words, ${words.sequence})
    if (sequence === ${retired}) return
    const count = words[${words.count}]
    const free = 8 * sequence + ${states.free}
    const taken = 8 * sequence + ${states.taken}
    const first = Math.floor((count * index) / threads)
    for (let i = 0; i < count; i++) {
      const chunk = (first + i) % count
      if (Atomics.compareExchange(words, ${words.states} + chunk, free, taken) !== free) continue
      Atomics.store(words, ${words.states} + chunk, 8 * sequence + runChunk(chunk))
      Atomics.notify(words, ${words.states} + chunk)
    }
    for (let i = 0; i < ${looks} && Atomics.load(words, ${words.sequence}) === sequence; i++);
    Atomics.wait(words, ${words.sequence}, sequence)
  }
}`

/** The script of a worker of Node. It returns when the worker retires, and then nothing holds the worker. */
export const nodeScript: string = `'use strict';(${work})(process.getBuiltinModule('node:worker_threads').workerData)`

/** The script of a worker of a web page, which gets its data as its first message. */
export const webScript: string = `'use strict';onmessage = ({ data }) => { (${work})(data); close() }`
