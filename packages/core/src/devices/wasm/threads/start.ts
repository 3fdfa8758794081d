import { nodeScript, type WorkerData, webScript } from './worker.ts'

/** A worker that has been started. */
export interface ThreadHandle {
  /** Ends it at once, in the middle of whatever it does. */
  terminate(): unknown
}

/** Starts a worker, and tells when it ended, whatever the reason. */
export type StartThread = (data: WorkerData, ended: () => void) => ThreadHandle

/** What is used here of Node's `node:worker_threads`. */
interface NodeThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker
}

interface NodeWorker extends ThreadHandle {
  /** Lets the process end while the worker sleeps. */
  unref(): void
  on(event: 'exit' | 'error', listener: () => void): void
}

/** Node's `process`; `getBuiltinModule` is there from 20.16 on, at once, and unseen by bundlers. */
interface NodeProcess {
  readonly getBuiltinModule?: (name: 'node:worker_threads') => NodeThreads | undefined
}

/**
 * Starts a worker of Node, or of a web page. Node's workers get none of the process's flags for loaders, which would only
 * slow their start. A page needs `worker-src blob:` in its content security policy where it has one. (A `data:` URL would be
 * another origin, with which a page may not share memory.)
 */
export const startThread: StartThread = (data, ended) => {
  const process: NodeProcess | undefined = Reflect.get(globalThis, 'process')
  const threads = process?.getBuiltinModule?.('node:worker_threads')
  return threads ? startInNode(threads, data, ended) : startInPage(data, ended)
}

function startInNode({ Worker }: NodeThreads, workerData: WorkerData, ended: () => void): ThreadHandle {
  const worker = new Worker(nodeScript, { eval: true, workerData, execArgv: [], env: {}, name: 'chainrule' })
  worker.on('error', ended)
  worker.on('exit', ended)
  worker.unref()
  return worker
}

let url: string | null = null

function startInPage(data: WorkerData, ended: () => void): ThreadHandle {
  url ??= URL.createObjectURL(new Blob([webScript], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'chainrule' })
  worker.addEventListener('error', ended)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name, unlike a window
  worker.postMessage(data)
  return worker
}
