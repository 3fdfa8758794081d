import type { Storage } from './storage.ts'

/** The storages made since the innermost scope was opened; `null` outside of any. */
let made: Storage[] | null = null

/** Tells the open scope of a new storage. */
export function inScope(storage: Storage): void {
  if (made !== null) made.push(storage)
}

/**
 * Runs work of the framework and frees at once what it made and does not give back: nobody else has seen it. `results`
 * names the storages that live on; they are handed to the scope around this one.
 */
export function freeing<T>(work: () => T, results: (value: T, made: readonly Storage[]) => readonly Storage[]): T {
  const outer = made
  const own: Storage[] = []
  made = own
  let value: T
  try {
    value = work()
  } finally {
    made = outer
  }
  const alive = results(value, own)
  for (const storage of own) {
    if (alive.includes(storage)) inScope(storage)
    else free(storage)
  }
  return value
}

/** Runs work that users can see into: nothing that it makes is freed by a scope. */
export function outsideScopes<T>(work: () => T): T {
  const outer = made
  made = null
  try {
    return work()
  } finally {
    made = outer
  }
}

/** Gives a storage's memory back, unless somebody keeps it, as soon as no graph has saved it and no gradient on its way holds it. */
export function free(storage: Storage): void {
  if (storage.kept) return
  storage.unseen = true
  if (storage.saves === 0 && storage.holds === 0) storage.device.free(storage)
}
