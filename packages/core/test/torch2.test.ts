/** Programs as PyTorch 2 runs them: tools/golden/torch2.py makes the values. */
import * as torch from '../src/index.ts'
import { replay } from './program.ts'

await replay('core', { t: torch })
