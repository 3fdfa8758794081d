/** Programs as PyTorch 2 runs them: tools/golden/torch2.py makes the values. */
import * as torch from '@chainrule/core'
import * as optim from '@chainrule/optim'
import { replay } from '../../core/test/program.ts'

await replay('optim', { t: torch, optim, sched: optim.lr_scheduler })
