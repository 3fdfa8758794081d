/** What compiles and what does not: `pnpm types` reads this. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, expectTypeOf, it } from 'vitest'

describe('members', () => {
  it('of recurrent layers are those that they have', () => {
    const lstm = new nn.LSTM(3, 4, { bidirectional: true })
    expectTypeOf(lstm.weight_ih_l0).toExtend<nn.Parameter | undefined>()
    expectTypeOf(lstm.weight_hh_l0_reverse).toExtend<nn.Parameter | undefined>()
    expectTypeOf(lstm.bias_hh_l0).toExtend<nn.Parameter | undefined>()
    // @ts-expect-error -- it has no such parameter
    expect(lstm.weight_nonsense).toBeUndefined()
    // @ts-expect-error -- it has no such parameter
    expect(lstm.bias_hr_l0).toBeUndefined()
  })

  it('of a ModuleDict have their classes', () => {
    const dict = new nn.ModuleDict({ hidden: new nn.Linear(2, 3), attention: new nn.MultiheadAttention(4, 2) })
    expectTypeOf(dict.get('hidden')).toEqualTypeOf<nn.Linear>()
    const members: (nn.Linear | nn.MultiheadAttention)[] = dict.values()
    expect(members).toHaveLength(2)
    expectTypeOf(dict.pop('attention')).toEqualTypeOf<nn.MultiheadAttention>()
    expectTypeOf(new nn.ModuleDict().set('later', new nn.ReLU()).get('later')).toEqualTypeOf<nn.Module>()
    expectTypeOf(new nn.ModuleDict<nn.Linear>({ any: new nn.Linear(1, 1) }).get('any')).toEqualTypeOf<nn.Linear>()
    expect(dict.get('hidden').weight.shape).toEqual([3, 2])
  })

  it('refuse devices that there are not', () => {
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => new nn.Linear(2, 3, { device: 'cuda' })).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => new nn.LSTM(2, 3, { device: 'cuda' })).toThrow('Expected one of cpu')
    // @ts-expect-error -- there is `cpu` and `gpu`
    expect(() => new nn.Linear(2, 3).to('cuda')).toThrow('Expected one of cpu')
    expectTypeOf(new nn.Linear(2, 3).to(torch.get_default_device())).toEqualTypeOf<nn.Linear>()
  })
})
