/** Programs as PyTorch 2 runs them: tools/golden/torch2.py makes the values. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { replay } from '../../core/test/program.ts'

await replay('nn', { t: torch, nn, F: nn.functional })
