// Writes the lists of names of which the tests know a fault: `npm run misuse:failing`. They may only become shorter.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { core } from '../../packages/core/test/misuse/core.ts'
import { failingOf, markTypeErrors } from '../../packages/core/test/misuse/judge.ts'
import { modules } from '../../packages/nn/test/misuse/modules.ts'
import { optimization } from '../../packages/optim/test/misuse/optimizers.ts'

console.warn = () => {}
markTypeErrors()
for (const [name, { targets }] of Object.entries({ core, nn: modules, optim: optimization })) {
  const failing = [...(await failingOf(targets)).keys()].sort()
  const file = fileURLToPath(new URL(`../../packages/${name}/test/misuse/failing.json`, import.meta.url))
  writeFileSync(file, `${JSON.stringify(failing, null, 2)}\n`)
  console.log(`${name}: ${failing.length} of ${new Set(targets.map((target) => target.name)).size} names fail`)
}
