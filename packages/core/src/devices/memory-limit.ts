import { RuntimeError, TypeError, ValueError } from '../errors.ts'
import { signature, typeName } from '../signature/index.ts'

/** What of Node is asked for. */
interface Process {
  memoryUsage?(): { readonly arrayBuffers: number }
  constrainedMemory?(): number | undefined
  getBuiltinModule?(name: 'node:os'): { totalmem(): number } | undefined
}

const { process } = globalThis as { readonly process?: Process }

/** Where nothing tells how much there is, as in a page: what a WebAssembly memory can be. */
const unknown = 2 ** 32

/** Part of the memory that tensors take unless another limit is set. */
const share = 0.8

let limit: number | null = null

/** 80 % of the memory of the container or the machine, the smaller one. */
function defaultLimit(): number {
  const machine = process?.getBuiltinModule?.('node:os')?.totalmem()
  // 0, or more than there is, where no limit is set for the container.
  const container = process?.constrainedMemory?.()
  const known = [machine, container].filter((bytes): bytes is number => bytes !== undefined && bytes > 0)
  return known.length === 0 ? unknown : Math.floor(share * Math.min(...known))
}

/**
 * How many bytes tensors on the CPU may hold together: by default 80 % of the memory of the container or the machine, and 4 GiB where
 * that cannot be asked for, as in a page.
 */
export const get_memory_limit = signature('get_memory_limit', [], mostBytes)

function mostBytes(): number {
  limit ??= defaultLimit()
  return limit
}

/**
 * Sets how many bytes tensors on the CPU may hold together, arrays of the program included. Past it, what would need more throws
 * an error, with all as it was, and the program can go on.
 *
 * @param bytes - `null` for the default again.
 * @throws TypeError where `bytes` is no number, ValueError where it is not positive.
 * @example
 * torch.set_memory_limit(2 ** 30)
 */
export const set_memory_limit = signature('set_memory_limit', ['any bytes'], (bytes: number | null): void => {
  if (bytes !== null && typeof bytes !== 'number') {
    throw new TypeError(`set_memory_limit(): bytes must be a number or null, got ${typeName(bytes)}`)
  }
  if (bytes !== null && !(bytes > 0)) throw new ValueError(`set_memory_limit(): bytes must be positive, got ${bytes}`)
  limit = bytes
  untilLook = 0
})

/** What a device holds beside plain arrays, and how it makes the collector run. */
interface Holder {
  held(): number
  collect(): void
}

let holder: Holder = { held: () => 0, collect: () => {} }

/** Makes the memory of a device count. */
export function registerHolder(device: Holder): void {
  holder = device
}

/** Bytes that may be taken before it is worthwhile to look at how many are held: asking takes some microseconds. */
let untilLook = 0

/**
 * Asks for memory, before it is taken.
 *
 * @throws RuntimeError where there is not so much.
 */
export function reserve(bytes: number): void {
  untilLook -= bytes
  if (untilLook >= 0) return
  const most = mostBytes()
  // V8 gives arrays back beside the program; the next collection waits for what the last one left to be given back.
  const isShort = (): boolean => bytes <= most && held() + bytes > most
  for (let i = 0; i < 2 && isShort(); i++) holder.collect()
  const free = most - held() - bytes
  if (!(free >= 0)) throw outOfMemory(bytes, most)
  // What is taken until then cannot pass the limit.
  untilLook = free / 2
}

const held = (): number => holder.held() + (process?.memoryUsage?.().arrayBuffers ?? 0)

/** Bytes that an item of a list takes. */
export const listed = 64

/** The error for memory that is not there. */
export function outOfMemory(bytes: number, most: number): RuntimeError {
  return new RuntimeError(
    `out of memory: ${bytes} bytes were asked for; ${held()} of ${most} bytes are held by tensors and arrays; use smaller tensors ` +
      'or keep fewer, or raise torch.set_memory_limit()',
  )
}
