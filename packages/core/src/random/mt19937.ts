const N = 624
const M = 397

/**
 * The Mersenne Twister MT19937 of Matsumoto and Nishimura (1998), with the bookkeeping of PyTorch's `at::mt19937`, so that
 * its state can be exchanged with PyTorch's. Makes 32-bit words, 624 at once.
 *
 * @see http://www.math.sci.hiroshima-u.ac.jp/m-mat/MT/MT2002/emt19937ar.html
 */
export class Mt19937 {
  /** Words of a block. */
  static readonly size = N
  readonly state: Int32Array = new Int32Array(N)
  /** Words left of the block, plus one: 1 asks for a new block, as right after seeding. */
  left = 1
  /** Place in `state` of the next word. */
  next = 0

  constructor(seed: number) {
    this.seed(seed)
  }

  /** Starts over from the low 32 bits of `seed`. */
  seed(seed: number): void {
    const { state } = this
    let word = seed | 0
    state[0] = word
    for (let i = 1; i < N; i++) {
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i) | 0
      state[i] = word
    }
    this.left = 1
    this.next = 0
  }

  /** Goes on from a state. */
  restore(state: ArrayLike<number>, left: number, next: number): void {
    this.state.set(state)
    this.left = left
    this.next = next
  }

  /** The next word: an integer of [0, 2³²). */
  random(): number {
    if (this.left === 1) this.#block()
    this.left -= 1
    return temper(this.state[this.next++] as number)
  }

  #block(): void {
    const { state } = this
    for (let i = 0; i < N - M; i++) state[i] = word(state, i + M, i, i + 1)
    for (let i = N - M; i < N - 1; i++) state[i] = word(state, i + M - N, i, i + 1)
    state[N - 1] = word(state, M - 1, N - 1, 0)
    this.left = N + 1
    this.next = 0
  }
}

/** One step of the recurrence: the high bit of the word at `near` and the low 31 of the one after, shifted, times a matrix. */
function word(state: Int32Array, far: number, near: number, after: number): number {
  const [u, v] = [state[near] as number, state[after] as number]
  return (state[far] as number) ^ (((u & 0x80000000) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & 0x9908b0df)
}

/** Makes the bits of a word of the state equally likely. */
function temper(word: number): number {
  let y = word ^ (word >>> 11)
  y ^= (y << 7) & 0x9d2c5680
  y ^= (y << 15) & 0xefc60000
  return (y ^ (y >>> 18)) >>> 0
}
