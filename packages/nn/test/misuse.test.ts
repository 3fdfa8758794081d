/** Wrong calls of every layer, function, initialisation and helper of nn. */
import { checkMisuse } from '../../core/test/misuse/check.ts'
import known from './misuse/failing.json' with { type: 'json' }
import { modules } from './misuse/modules.ts'

checkMisuse(modules, known)
