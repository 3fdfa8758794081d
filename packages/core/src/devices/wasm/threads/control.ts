/**
 * The control block: a small shared buffer of its own, through which one thread gives work to the others. Nobody sends
 * messages, so a thread that has started never goes back to its event loop. It begins with 32-bit words:
 *
 * - `sequence`: the number of the job, or `retired`; threads sleep on it;
 * - `count`: how many chunks the job has;
 * - `module`, `address`, `length`: the number of the job's module, and where its bytes lie in the memory of the kernels;
 * - `states`, a word a chunk: `8 × sequence + state`. The thread that turns `free` into `taken` owns the chunk. The number
 *   of the job is part of the word, so a thread that comes late takes nothing of another job than it believes to work on;
 *   and no job ends before its chunks are done, so what describes a chunk does not change under the one that took it;
 * - `starts`, a word a chunk: where in `numbers` it is described.
 *
 * Float64 numbers lie behind the words: `results`, one a chunk, what its last call returned; then `numbers`: for each chunk
 * how many calls it has, and for each call the place of the function among the module's exports, how many arguments it
 * has, and these.
 */
export const mostChunks = 64

/** How many numbers there can be. */
export const mostNumbers = 65536

/** The places of the words. */
export const words = { sequence: 0, count: 1, module: 2, address: 3, length: 4, states: 16, starts: 16 + mostChunks }

/** The byte where the results begin, that where the numbers begin, and the size of the whole. */
export const resultsOffset: number = 4 * (16 + 2 * mostChunks)
export const numbersOffset: number = resultsOffset + 8 * mostChunks
export const controlBytes: number = numbersOffset + 8 * mostNumbers

/** The states of a chunk. `refused`: its thread could not begin it. `failed`: it threw on the way. */
export const states = { free: 0, taken: 1, done: 2, refused: 3, failed: 4 }

/** The sequence that ends a thread. Others go from 0 to `lastSequence` and begin again. */
export const retired = -1
export const lastSequence: number = 2 ** 27 - 1

/**
 * How often a thread looks for what it waits for before it sleeps: some 0.2 ms, more than a training step has between two
 * jobs. To wake one up takes 50 µs or more, in which a job of 100 µs gains nothing: 262,144 additions took 130 µs with threads
 * that slept after 15 and 35 µs, 37 µs with these, 62 µs alone.
 */
export const looks = 30_000
