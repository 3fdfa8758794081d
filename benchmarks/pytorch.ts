/** Measuring side by side with PyTorch, which runs in a child process and answers one request at a time. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface PyTorch {
  /** Version and linear algebra library: its speed depends on which one the machine has. */
  readonly name: string
  /** Seconds of one run of what `work` returns for these words. */
  measure(words: readonly (string | number)[], times: number): Promise<number>
  stop(): void
}

const before = `
import sys, time
try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print('none', flush=True); sys.exit()
torch.set_num_threads(1)
torch.ones(8, 8) @ torch.ones(8, 8)
maps = open('/proc/self/maps').read().split()
blas = sorted({p.split('/')[-1] for p in maps if 'blas' in p or 'mkl' in p})
print('PyTorch', torch.__version__, 'with', ', '.join(blas), flush=True)
`
const after = `
for line in sys.stdin:
    *words, times = line.split()
    run = work(*words)
    run()
    start = time.perf_counter()
    for _ in range(int(times)): run()
    print((time.perf_counter() - start) / int(times), flush=True)
`

/** Starts it with one thread; null where it is not installed. `work`: Python that defines a function of that name. */
export async function startPyTorch(work: string): Promise<PyTorch | null> {
  const python = spawn(process.env['PYTHON'] ?? '/usr/bin/python3', ['-c', before + work + after], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const failed = new Promise<string>((resolve) => python.on('error', () => resolve('none')))
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value ?? 'none')
  const name = await Promise.race([next(), failed])
  if (name === 'none') return null
  return {
    name,
    async measure(words, times) {
      python.stdin.write(`${[...words, times].join(' ')}\n`)
      return Number(await next())
    },
    stop: () => python.stdin.end(),
  }
}

/** Seconds of one run. */
export function measure(run: () => void, times: number): number {
  const start = performance.now()
  for (let i = 0; i < times; i++) run()
  return (performance.now() - start) / 1000 / times
}

export function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN
}
