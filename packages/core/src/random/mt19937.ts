const N = 624
const M = 397

/** One word of the recurrence: the high bit of `u`, the low 31 of `v`, shifted, and the matrix where `v` is odd. */
function twist(u: number, v: number): number {
  return (((u & 0x80000000) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & 0x9908b0df)
}

/**
 * The Mersenne Twister MT19937 of Matsumoto and Nishimura (1998), with the bookkeeping of PyTorch's `at::mt19937`, so that
 * its state can be exchanged with PyTorch's. Makes 32-bit words, 624 at once.
 *
 * @see http://www.math.sci.hiroshima-u.ac.jp/m-mat/MT/MT2002/emt19937ar.html
 */
export class Mt19937 {
  /** Words of a block. */
  static readonly size = N
  readonly state = new Int32Array(N)
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

  /** The next word: an integer of [0, 2³²). */
  random(): number {
    this.left -= 1
    if (this.left === 0) this.#block()
    let y = this.state[this.next] as number
    this.next += 1
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  #block(): void {
    const { state } = this
    const at = (i: number): number => state[i] as number
    for (let i = 0; i < N - M; i++) state[i] = at(i + M) ^ twist(at(i), at(i + 1))
    for (let i = N - M; i < N - 1; i++) state[i] = at(i + M - N) ^ twist(at(i), at(i + 1))
    state[N - 1] = at(M - 1) ^ twist(at(N - 1), at(0))
    this.left = N
    this.next = 0
  }
}
