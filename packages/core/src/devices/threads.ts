import { RuntimeError } from '../errors.ts'
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
export function set_num_threads(threads: number): void {
  if (!Number.isInteger(threads)) {
    const name = typeof threads === 'number' ? 'float' : typeof threads === 'string' ? 'str' : typeof threads
    throw new RuntimeError(`set_num_threads expects an int, but got ${name}`)
  }
  if (threads <= 0) throw new RuntimeError('set_num_threads expects a positive integer')
  getDevice('cpu').threads?.resize(threads, teamStarter())
}

/** How many threads the kernels of the CPU run on: fewer than were asked for where these cannot start, or have ended. */
export function get_num_threads(): number {
  return getDevice('cpu').threads?.count ?? 1
}
