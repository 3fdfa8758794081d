/**
 * The contestant chainrule in Node, from the built packages, as users have them: on the CPU, or in the mode of gpu.js that
 * `GPU_MODE` names.
 */
import { readFileSync } from 'node:fs'
import * as torch from '@chainrule/core'
import { answer } from './answer.ts'
import { useDevice } from './chainrule-device.ts'
import { rows } from './chainrule-rows.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.resolve('@chainrule/core')), 'utf8'),
) as { version: string }
const wanted = Number(process.env['THREADS'] ?? 1)
torch.set_num_threads(wanted)
// Threads start in the background.
if (torch.get_num_threads() < wanted) await new Promise((resolve) => void setTimeout(resolve, 500))
await answer({ name: `chainrule ${version}`, details: await useDevice(process.env['GPU_MODE'] ?? null) }, rows)
