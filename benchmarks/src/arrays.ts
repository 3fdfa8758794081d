/** The arrays that all contestants are given, by name: in Node and in a browser alike. */

/** Where an array is. */
export interface Entry {
  readonly shape: readonly number[]
  /** Of the first element, in elements. */
  readonly offset: number
}

/** The sizes of the GPT. */
export const gpt = { layers: 4, width: 128, heads: 4, context: 64, vocabulary: 65, batch: 16 }

export const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** The arrays by name. */
export interface Data {
  shape(name: string): number[]
  array(name: string): Float32Array
  /** The names that begin with a prefix, without it. */
  names(prefix: string): string[]
}

/** The arrays that lie one after the other in a buffer, from a byte on. */
export function dataOf(index: Readonly<Record<string, Entry>>, buffer: ArrayBufferLike, start = 0): Data {
  const entry = (name: string): Entry => {
    const found = index[name]
    if (found === undefined) throw new Error(`there is no array '${name}'`)
    return found
  }
  return {
    shape: (name) => [...entry(name).shape],
    array: (name) => new Float32Array(buffer, start + 4 * entry(name).offset, count(entry(name).shape)).slice(),
    names: (prefix) =>
      Object.keys(index)
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length)),
  }
}
