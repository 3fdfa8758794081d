/** Wrong calls of every optimizer and scheduler. */
import { checkMisuse } from '../../core/test/misuse/check.ts'
import known from './misuse/failing.json' with { type: 'json' }
import { optimization } from './misuse/optimizers.ts'

checkMisuse(optimization, known)
