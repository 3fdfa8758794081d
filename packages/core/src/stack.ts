/** Stack traces as a caller of the library wants them: without the library's own frames, as if it were native code. */

/** What V8 adds to `Error`. */
interface Traces {
  stackTraceLimit?: unknown
  captureStackTrace?: (error: object, above: unknown) => void
}

/** Frames to look through, past the limit that is set, for those of the caller. */
const depth = 200

/**
 * Makes the stack trace of an error start at the caller's frame nearest to it. `made` is the function that makes the
 * error: it and what it calls are left out in any case. Costs nothing before there is an error; where traces cannot be
 * captured, or the library stands in somebody's bundle, the trace stays as it is.
 */
export function atCaller<E extends Error>(error: E, made: unknown): E {
  const traces = Error as unknown as Traces
  const { stackTraceLimit: limit, captureStackTrace } = traces
  if (typeof captureStackTrace !== 'function' || typeof limit !== 'number' || limit < 1) return error
  try {
    traces.stackTraceLimit = limit + depth
    captureStackTrace(error, made)
    const { stack } = error
    // Somebody's `Error.prepareStackTrace` may have made something else of it.
    if (typeof stack === 'string') error.stack = callersFrames(stack, String(error), limit)
  } catch {
    // Where `Error` is frozen.
  } finally {
    Reflect.set(traces, 'stackTraceLimit', limit)
  }
  return error
}

/** The caller's frames of this moment, one a line, or `null` where there are none to be had. */
export function callersTrace(): string | null {
  const { stack, message } = atCaller(new Error('trace'), callersTrace)
  if (typeof stack !== 'string') return null
  const header = `Error: ${message}\n`
  return stack.startsWith(header) ? stack.slice(header.length) : stack
}

function callersFrames(stack: string, header: string, limit: number): string {
  const start = stack.startsWith(header) ? header.length : stack.search(/\n\s+at /)
  const frames = start < 0 ? [] : stack.slice(start).split('\n').slice(1)
  const library = libraryFolder()
  const kept: string[] = []
  // From the outermost on: what has no file, such as `Array.map`, belongs to the frame that called it.
  let isLibrary = false
  for (const frame of [...frames].reverse()) {
    if (hasFile(frame)) isLibrary = library?.test(frame) ?? false
    if (!isLibrary) kept.push(frame)
  }
  // The first frame is in a file: what stands above it, such as `Generator.next`, came to the library.
  while (kept.length > 0 && !hasFile(kept.at(-1) as string)) kept.pop()
  const callers = kept.length > 0 ? kept.reverse() : frames
  return [stack.slice(0, Math.max(0, start)), ...callers.slice(0, limit)].join('\n')
}

/** Whether a frame is in a file: not native, not WebAssembly, not a part of Node. */
const hasFile = (frame: string): boolean => /:\d+\)?$/.test(frame) && !/[( ](?:node:|wasm:)/.test(frame)

let folder: RegExp | null = null

/**
 * What a frame in one of the library's files matches: `…/core/src/` or `…/core/dist/` of this file, and the same of the
 * packages beside it. Nothing where this file is a part of somebody's bundle.
 */
function libraryFolder(): RegExp | null {
  if (folder !== null) return folder
  const { stack } = new Error('here')
  const own = typeof stack === 'string' ? stack.split('\n').find((line) => /^\s+at /.test(line)) : undefined
  const found = /^\s+at (?:.*? \()?(.*[\\/](?:@chainrule|packages)[\\/])core[\\/](?:src|dist)[\\/]/.exec(own ?? '')
  if (found === null) return null
  const beside = found[1] as string
  const packages = /@chainrule[\\/]$/.test(beside) ? '[\\\\/]@chainrule[\\\\/]' : escape(beside)
  folder = new RegExp(`${packages}[\\w-]+[\\\\/](?:src|dist)[\\\\/]`)
  return folder
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
