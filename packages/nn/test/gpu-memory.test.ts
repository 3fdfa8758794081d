/** What a step of training makes on the GPU is freed by the step itself, but for what it hands out: its outputs and its loss. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { describe, expect, it } from 'vitest'
import { registerDevice } from '../../core/src/devices/device.ts'
import type { Mode } from '../../core/src/devices/gpu/modes.ts'
import { devices } from '../../core/test/devices.ts'
import { start } from '../../core/test/start-gpu.ts'

const modes = devices.filter(({ type }) => type === 'gpu').map(({ name }) => name as Mode)
const models: Readonly<Record<string, () => nn.Sequential>> = {
  'an MLP': () =>
    new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(64, 32),
      new nn.GELU(),
      new nn.LayerNorm(32),
      new nn.Linear(32, 10),
    ),
  'a CNN': () =>
    new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.BatchNorm2d(4),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.1),
      new nn.Linear(36, 10),
    ),
}

describe.each(modes)('on gpu (%s)', (mode) => {
  it.each(Object.entries(models))('a step of %s leaves two buffers', { timeout: 60_000 }, async (_, make) => {
    const { device } = await start(mode)
    const { queue } = device
    registerDevice(device)
    torch.manual_seed(0)
    const model = make().to('gpu')
    const descend = torch.update('descend', { writes: { p: 'p - 0.1 * g' }, reads: ['g'] })
    const x = torch.randn([8, 1, 8, 8], { device: 'gpu' })
    const y = torch.randint(0, 10, [8], { device: 'gpu' })
    const held: torch.Tensor[] = []
    const step = (): void => {
      model.zero_grad()
      const out = model(x)
      const loss = new nn.CrossEntropyLoss()(out, y)
      loss.backward()
      for (const p of model.parameters()) descend({ p, g: torch.autograd.borrow_grad(p) as torch.Tensor })
      // What is handed out lives as long as somebody holds it: here no collector has a say.
      held.push(out, loss)
    }
    const alive: number[] = []
    for (let i = 0; i < 6; i++) {
      step()
      await queue.idle()
      alive.push(queue.live)
    }
    const [, , third, fourth, fifth, sixth] = alive as [number, number, number, number, number, number]
    expect([fourth - third, fifth - fourth, sixth - fifth]).toEqual([2, 2, 2])
  })
})
