import * as torch from '@chainrule/core'

console.log(String(torch.float32))
