/** What it was measured on. */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { entries } from './contestants.ts'
import type { Options } from './options.ts'

/** The processor, its cores, the memory, and Node with its flags: a line each. */
export function machine(options: Options): string[] {
  const [cpu] = cpus()
  const version = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim()
  const v8 = execFileSync(options.node, ['--print', 'process.versions.v8'], { encoding: 'utf8' }).trim()
  const [chainrule] = entries({ ...options, only: [] })
  const flags = chainrule?.args.filter((arg) => arg.startsWith('--')).join(' ')
  return [
    `${cpu?.model ?? 'an unknown processor'}, ${cpus().length} logical cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${process.arch}, Node ${version} (V8 ${v8})${flags ? `, ${flags}` : ''}`,
  ]
}
