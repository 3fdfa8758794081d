/** An operation that cannot run on what it was given, as PyTorch's `RuntimeError`. */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError'
}

/** An argument of the right type and a wrong value, as Python's `ValueError`. */
export class ValueError extends Error {
  override readonly name: string = 'ValueError'
}

/** An index or a dimension out of range, as Python's `IndexError`. */
export class IndexError extends Error {
  override readonly name: string = 'IndexError'
}

/** What PyTorch names and chainrule does not have, as Python's `NotImplementedError`. */
export class NotImplementedError extends RuntimeError {
  override readonly name: string = 'NotImplementedError'
}

/** A matrix without what was asked of it, such as an inverse, as PyTorch's `torch.linalg.LinAlgError`. */
export class LinAlgError extends RuntimeError {
  override readonly name: string = 'LinAlgError'
}
