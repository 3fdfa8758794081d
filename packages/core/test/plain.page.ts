/** A page as most are, without cross-origin isolation, and frames in it that lack or forbid WebAssembly. */
import { expect, test } from 'vitest'
import * as torch from '../src/index.ts'

test('runs on one thread, and says why', () => {
  torch.set_num_threads(2)
  expect(torch.get_num_threads()).toBe(1)
  expect(torch.device_info().backend).toContain('wasm')
  expect(torch.device_info().reason).toContain('cross-origin isolat')
  const x = torch.ones([300, 300])
  expect(x.matmul(x).sum().item()).toBe(300 ** 3)
  torch.set_num_threads(1)
})

/** What `torch.device_info()` and a training step give in a frame with something in its head. */
async function inFrame(head: string): Promise<unknown> {
  const frame = document.createElement('iframe')
  const script = `import * as torch from '${new URL('../src/index.ts', import.meta.url).href}'
    const x = torch.tensor([[1, 2], [3, 4]], { requires_grad: true })
    const loss = x.matmul(x).softmax(1).add(x.exp()).log().sum()
    loss.backward()
    parent.postMessage({ ...torch.device_info(), loss: String(loss), grad: String(x.grad) }, '*')`
  const failing = `addEventListener('error', ({ message }) => parent.postMessage(message, '*'))`
  frame.srcdoc = `<head>${head}<script>${failing}</script><script type="module">${script}</script></head>`
  const answer = new Promise((resolve) => {
    addEventListener('message', ({ source, data }) => {
      if (source === frame.contentWindow) resolve(data)
    })
  })
  document.body.append(frame)
  const data = await answer
  frame.remove()
  return data
}

const expected = await inFrame('')

test('the device of a frame is WebAssembly', () => {
  expect(expected).toMatchObject({ backend: expect.stringContaining('wasm') as string, reason: null })
})

test('where WebAssembly is missing, JavaScript runs, and says why', async () => {
  expect(await inFrame('<script>delete globalThis.WebAssembly</script>')).toEqual({
    ...(expected as object),
    backend: 'js',
    reason: 'there is no WebAssembly here',
  })
})

test('where the page forbids WebAssembly and code made from text, JavaScript runs, and says why', async () => {
  const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">`
  expect(await inFrame(policy)).toEqual({
    ...(expected as object),
    backend: 'js',
    reason: 'this WebAssembly has no SIMD, or the page forbids it',
  })
})
