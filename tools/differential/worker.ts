// One of the processes of a search: see jobs.ts.

import type { Answer, Message, Task } from './jobs.ts'
import { search } from './search.ts'
import { PyTorch } from './there.ts'

/** The work of one of the processes. */
async function work({ range, python }: Task): Promise<void> {
  const send = (message: Message): unknown => process.send?.(message)
  const waiting = new Map<number, (isNew: boolean) => void>()
  let asked = 0
  process.on('message', ({ id, isNew }: Answer) => waiting.get(id)?.(isNew))
  const pytorch = new PyTorch(python)
  // What the ops warn of is not what is compared.
  console.warn = () => {}
  process.removeAllListeners('warning').on('warning', () => {})
  await search(range, pytorch, {
    ran: (ran) => send({ ran }),
    explained: (explained) => send({ explained }),
    finds: (finds) => send({ finds }),
    disagrees: (disagrees) => {
      const id = asked++
      send({ disagrees, id })
      return new Promise((resolve) => waiting.set(id, resolve))
    },
  })
  pytorch.stop()
  send({ ended: true })
  process.disconnect()
}

process.once('message', (task: Task) => void work(task))
