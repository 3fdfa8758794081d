/** The bytes of an unsigned integer as LEB128: seven bits a byte, lowest first, the top bit says that more follow. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}

/** The bytes of a signed 32-bit integer as LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}

/** The bytes of a signed 64-bit integer as LEB128. */
export function signed64(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = Number(BigInt.asUintN(7, rest))
    rest >>= 7n
    const done = (rest === 0n && low < 64) || (rest === -1n && low >= 64)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}

const scratch = new DataView(new ArrayBuffer(8))

/** The four bytes of a float32. */
export function float32Bytes(value: number): number[] {
  scratch.setFloat32(0, value, true)
  return bytesOfScratch(4)
}

/** The eight bytes of a float64. */
export function float64Bytes(value: number): number[] {
  scratch.setFloat64(0, value, true)
  return bytesOfScratch(8)
}

/** The four bytes of an int32. */
export function int32Bytes(value: number): number[] {
  scratch.setInt32(0, value, true)
  return bytesOfScratch(4)
}

/** The eight bytes of an int64. */
export function int64Bytes(value: bigint): number[] {
  scratch.setBigInt64(0, value, true)
  return bytesOfScratch(8)
}

/** A vector as the format has it: its length, then its items, each already encoded. */
export function vector(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length)
  for (const item of items) append(bytes, item)
  return bytes
}

/** A block of bytes behind its size: sections and function bodies. */
export function sized(bytes: readonly number[]): number[] {
  return append(unsigned(bytes.length), bytes)
}

/** A name: UTF-8 behind its size. */
export function text(value: string): number[] {
  return sized([...new TextEncoder().encode(value)])
}

/** Adds `more` to the end of `bytes`, for any length, and returns `bytes`. */
export function append(bytes: number[], more: readonly number[]): number[] {
  for (const byte of more) bytes.push(byte)
  return bytes
}

function bytesOfScratch(length: number): number[] {
  return Array.from({ length }, (_, i) => scratch.getUint8(i))
}
