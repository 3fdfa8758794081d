/** Wrong calls of every function and method of core. */
import { checkMisuse } from './misuse/check.ts'
import { core } from './misuse/core.ts'
import known from './misuse/failing.json' with { type: 'json' }

checkMisuse(core, known)
