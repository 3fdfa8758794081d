import { type FunctionBuilder, I32 } from './assembler.ts'

/** A list of 32-bit numbers in memory by their names: the arguments of a kernel that has too many for parameters. */
export interface RecordLayout<Name extends string> {
  readonly bytes: number
  /** Writes all of them at an address. */
  write(memory: WebAssembly.Memory, address: number, values: Readonly<Record<Name, number>>): void
  /** Reads all of them into variables. */
  read(f: FunctionBuilder, address: I32): Record<Name, I32>
}

/** A record with these fields, in this order. */
export function recordLayout<const Names extends readonly string[]>(names: Names): RecordLayout<Names[number]> {
  type Name = Names[number]
  return {
    bytes: 4 * names.length,
    write(memory, address, values: Readonly<Record<string, number>>) {
      const view = new Int32Array(memory.buffer, address, names.length)
      names.forEach((name, i) => {
        view[i] = values[name] ?? 0
      })
    },
    read(f, address) {
      const variables: Partial<Record<Name, I32>> = {}
      names.forEach((name: Name, i) => {
        variables[name] = f.let(I32.load(address, 4 * i))
      })
      return variables as Record<Name, I32>
    },
  }
}
