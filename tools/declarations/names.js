// PyTorch's names of the parameters of what the packages export, as the built packages themselves have them.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @typedef {import('./calls.js').Names} Names */

const found = new Error('a signature was found')

/** Runs something that binds its arguments, and gives the signature by which it would. @param {any} Signature @param {() => unknown} run @returns {Names | null} */
function caught(Signature, run) {
  const { bind } = Signature.prototype
  /** @type {Names | null} */
  let signature = null
  Signature.prototype.bind = function () {
    signature = this
    throw found
  }
  try {
    run()
  } catch {
    // What it says of arguments that are none does not count.
  } finally {
    Signature.prototype.bind = bind
  }
  return signature
}

/** What the packages export, as programs load it. @param {string} packages @returns {Promise<Record<string, any>>} */
export async function loaded(packages) {
  const load = (/** @type {string} */ name) => import(pathToFileURL(join(packages, name, 'dist/index.js')).href)
  return { core: await load('core'), nn: await load('nn'), optim: await load('optim') }
}

/** The signature of a function or of a constructor; null where it has none. @param {any} core @param {any} value @returns {Names | null} */
export function signatureOf(core, value) {
  if (typeof value !== 'function') return null
  if (value.signature !== undefined) return value.signature
  const isClass = /^class\b/.test(Function.prototype.toString.call(value))
  return isClass ? caught(core.Signature, () => new value()) : null
}

/** The signature of a method of tensors. @param {any} core @param {string} name @returns {Names | null} */
export function methodOf(core, name) {
  const run = core.Tensor.prototype[name]
  const x = core.ones(1)
  return typeof run === 'function' ? caught(core.Signature, () => run.call(x, Symbol(''))) : null
}
