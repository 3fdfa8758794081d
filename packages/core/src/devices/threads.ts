import { RuntimeError } from '../errors.ts'
import { signature, typeName } from '../signature/index.ts'
import { getDevice } from './device.ts'
import { teamStarter } from './wasm/threads/index.ts'

/**
 * Asks for a number of threads that kernels of the CPU run on, this one included. Results do not depend on it, to the bit.
 * Until it is called there is one thread (PyTorch starts one a core). Threads start in the background, at about a millisecond
 * a thread, and keep no process alive. In a web page they need cross-origin isolation and, where the page has a content
 * security policy, `worker-src blob:`; `torch.device_info('cpu').reason` says why there are fewer than were asked for.
 *
 * @throws RuntimeError where `threads` is not a positive integer.
 * @example
 * torch.set_num_threads(4)
 */
export const set_num_threads = signature('set_num_threads', ['any threads'], (threads: number): void => {
  if (!Number.isInteger(threads)) {
    throw new RuntimeError(`set_num_threads expects an int, but got ${typeName(threads)}`)
  }
  if (threads <= 0) throw new RuntimeError('set_num_threads expects a positive integer')
  getDevice('cpu').threads?.resize(threads, teamStarter())
})

/** How many threads the kernels of the CPU run on: fewer than were asked for where these cannot start, or have ended. */
export const get_num_threads = signature('get_num_threads', [], (): number => getDevice('cpu').threads?.count ?? 1)
