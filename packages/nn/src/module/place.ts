/** Where in a model an error was thrown: the line that it gets on its way out, such as `in 1.fc2: Linear(in_features=16, …)`. */
import type { AnyModule } from './module.ts'

interface Place {
  /** The module nearest to the fault. */
  readonly nearest: AnyModule
  /** The outermost module that the error has left. */
  readonly outermost: AnyModule
  /** The way from there to the nearest; `''` where they are the same. */
  readonly path: string
  /** What was added to the error's message. */
  readonly line: string
}

const places = new WeakMap<Error, Place>()

/**
 * Tells an error that it leaves the call of a module: it says which module it comes from, by its path from the outermost that was
 * called. What is no error, or cannot be written to, stays as it is.
 */
export function leave(module: AnyModule, error: unknown): void {
  if (!(error instanceof Error)) return
  try {
    const known = places.get(error)
    const way = known === undefined ? start(module) : outward(known, module)
    const text = way.path === '' ? '' : `in ${way.path}: ${textOf(way.nearest)}`
    places.set(error, { ...way, line: write(error, known?.line ?? '', text) })
  } catch {
    // Something of the user's, such as `extra_repr`, failed on the way: the error that is thrown is the first one.
  }
}

type Way = Omit<Place, 'line'>

const start = (module: AnyModule): Way => ({ nearest: module, outermost: module, path: '' })

/** The way from one module farther out. */
function outward({ nearest, outermost, path }: Way, module: AnyModule): Way {
  const name = pathTo(outermost, module)
  if (name === null) {
    if (module === outermost) return { nearest, outermost, path } // it called itself
    if (pathTo(module, outermost) !== null) return start(module) // an error that was kept is thrown anew
  }
  // It is no field of a name: it was made on the way, or is private.
  const step = name ?? `(${outermost._get_name()})`
  return { nearest, outermost: module, path: path === '' ? step : `${step}.${path}` }
}

/** The shortest path to a module from another; `null` where there is none. */
function pathTo(module: AnyModule, from: AnyModule): string | null {
  const seen = new Set([from])
  const queue: [string, AnyModule][] = [['', from]]
  for (const [path, at] of queue) {
    for (const [name, child] of at.named_children()) {
      if (child === module) return path + name
      if (!seen.has(child)) queue.push([`${path}${name}.`, child])
      seen.add(child)
    }
  }
  return null
}

/** A module on one line: of one that has others within only the name. */
function textOf(module: AnyModule): string {
  const name = module._get_name()
  if (module.children().length > 0) return name
  const text = module.toString()
  return text.includes('\n') ? name : text
}

/** Adds a text to an error's message, in place of a line that was added before; gives what is added. */
function write(error: Error, before: string, text: string): string {
  const { message, stack } = error
  const at = before === '' ? message.length : message.indexOf(before)
  // The user may have written another message since.
  const [first, rest] = at < 0 ? [message, ''] : [message.slice(0, at), message.slice(at + before.length)]
  const line = text === '' || first === '' ? text : `\n  ${text}`
  const next = first + line + rest
  if (next === message || !Reflect.set(error, 'message', next) || stack === undefined) return line
  // What V8 puts before the frames.
  const header = message === '' ? /(?:: )?(?=\n|$)/ : `: ${message}`
  const shown = stack.replace(header, () => `: ${next}`)
  Reflect.set(error, 'stack', shown)
  return line
}
