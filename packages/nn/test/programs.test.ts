/** Programs that `pnpm differential` found to differ, and what they come to in PyTorch: made by tools/differential/kept.ts. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compare } from '../../../tools/differential/compare.ts'
import { runHere } from '../../../tools/differential/here.ts'
import type { Kept } from '../../../tools/differential/kept.ts'
import { toTypeScript } from '../../../tools/differential/text.ts'

const file = new URL('golden/programs.json', import.meta.url)
const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept[]

it.each(kept.map(({ program, there }) => [toTypeScript(program), program, there] as const))(
  '%s',
  (_, program, there) => {
    const found = compare(program, runHere(program), there)
    expect('kind' in found ? found : null).toBeNull()
  },
)
