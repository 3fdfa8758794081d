import { __version__ } from './version.ts'

/** What a loaded copy of this package says of itself: its error knows where it was made, and works that out when asked. */
interface Copy {
  readonly version: string
  readonly loaded: Error
}

/** Where all copies in a program, or in a page, find each other. */
const key = Symbol.for('@chainrule/core')

/**
 * Says that a copy of this package was loaded, and warns where that is not the first one: tensors of one are not tensors to the
 * other. It is no error, since programs live with two as long as these do not meet: pages of several bundles, servers that
 * reload. The same file loaded again, as test runners and development servers do, is not a second copy.
 */
export function announce(loaded: Error): void {
  const place = globalThis as { [key]?: Copy }
  const first = place[key]
  if (first === undefined) {
    place[key] = { version: __version__, loaded }
    return
  }
  const [one, other] = [placeOf(first.loaded), placeOf(loaded)]
  if (one === other && one !== unknown) return
  console.warn(
    `@chainrule/core was loaded twice: ${first.version} from ${one}, and ${__version__} from ${other}. Tensors of one copy do not ` +
      'work in the other. `npm ls @chainrule/core` shows who brings each; `npm dedupe` leaves one. In a bundle, have ' +
      '@chainrule/core resolved to one place (`resolve.dedupe` in Vite, `resolve.alias` in webpack).',
  )
}

const unknown = 'an unknown place'

/** The file of the first line of a stack, in V8's form or that of other engines, without what a server adds to load it anew. */
function placeOf({ stack = '' }: Error): string {
  const [, file = unknown] = /^(?:\s+at (?:.*\()?|[^@\n]*@)(.+?)(?:\?[^:]*)?:\d+:\d+\)?$/m.exec(stack) ?? []
  return file
}
