import { atCaller } from './stack.ts'

/** Gives an error class the name that its errors print, which a minifier cannot change. */
function named(constructor: abstract new (...args: never) => Error, name: string): void {
  Object.defineProperty(constructor, 'name', { value: name, configurable: true })
  Object.defineProperty(constructor.prototype, 'name', { value: name, configurable: true, writable: true })
}

/** What all errors of the library have in common: their stack traces start at the caller's line. */
abstract class LibraryError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options)
    atCaller(this, new.target)
  }
}

/** An operation that cannot run on what it was given, as PyTorch's `RuntimeError`. */
export class RuntimeError extends LibraryError {
  static {
    named(this, 'RuntimeError')
  }
}

/** An argument of the right type and a wrong value, as Python's `ValueError`. */
export class ValueError extends LibraryError {
  static {
    named(this, 'ValueError')
  }
}

/** An index or a dimension out of range, as Python's `IndexError`. */
export class IndexError extends LibraryError {
  static {
    named(this, 'IndexError')
  }
}

/** A name that a module does not have, as Python's `AttributeError`. */
export class AttributeError extends LibraryError {
  static {
    named(this, 'AttributeError')
  }
}

/** A key that is not there or cannot be used, as Python's `KeyError`. */
export class KeyError extends LibraryError {
  static {
    named(this, 'KeyError')
  }
}

/** What PyTorch names and chainrule does not have, as Python's `NotImplementedError`. */
export class NotImplementedError extends RuntimeError {
  static {
    named(this, 'NotImplementedError')
  }
}

/** A matrix without what was asked of it, such as an inverse, as PyTorch's `torch.linalg.LinAlgError`. */
export class LinAlgError extends RuntimeError {
  static {
    named(this, 'LinAlgError')
  }
}

/** A gradient that is not what finite differences say. */
export class GradcheckError extends RuntimeError {
  static {
    named(this, 'GradcheckError')
  }
}

/** A formula that cannot be read or used; the text shows the formula with a caret under the place. */
export class FormulaError extends LibraryError {
  static {
    named(this, 'FormulaError')
  }
}

/** What a function takes for granted and is not so, as Python's `AssertionError`. */
export class AssertionError extends LibraryError {
  static {
    named(this, 'AssertionError')
  }
}

/** What PyTorch warns of: `torch.warnings`. An error only after `simplefilter('error')`. */
export class UserWarning extends LibraryError {
  static {
    named(this, 'UserWarning')
  }

  /** What Node prints below the text: the place that it comes from. */
  detail = ''
}

/** JavaScript's own `TypeError`, whose stack trace starts at the caller's line. */
export const TypeError = function makeTypeError(message?: string, options?: ErrorOptions) {
  return atCaller(new globalThis.TypeError(message, options), TypeError)
} as unknown as new (
  message?: string,
  options?: ErrorOptions,
) => globalThis.TypeError
