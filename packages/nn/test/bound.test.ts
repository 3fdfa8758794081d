/** Everything public of nn binds its arguments by a signature, or stands below with the reason why it does not. */
import { Signature } from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { expect, it } from 'vitest'

/** What binds in another way, or takes anything. */
const reasons: Readonly<Record<string, string>> = {
  'Module.apply': "PyTorch's and JavaScript's in one: it binds where it is PyTorch's",
  'Module._apply': 'of the library',
  'Module._get_name': 'of the library',
  'Module._optional_state': 'for classes of the user to say',
}

const isBound = (value: unknown): boolean => Reflect.get(value as object, 'signature') instanceof Signature
const unbound = (space: string, found: readonly [string, unknown][]): string[] =>
  found.filter(([, value]) => typeof value === 'function' && !isBound(value)).map(([name]) => `${space}.${name}`)

it('binds functions, and the methods of modules', () => {
  // Classes bind their methods when the first object is made.
  void new nn.Identity()
  const methods = Object.entries(Object.getOwnPropertyDescriptors(nn.Module.prototype))
    .filter(([name]) => name !== 'constructor')
    .map(([name, { value }]): [string, unknown] => [name, value])
  const names = [
    ...unbound('F', Object.entries(nn.functional)),
    ...unbound('init', Object.entries(nn.init)),
    ...unbound('utils', Object.entries(nn.utils)),
    ...unbound('Module', methods),
  ]
  expect(names.sort()).toEqual(Object.keys(reasons).sort())
})

const classes = Object.entries(nn).filter(([name, value]) => /^[A-Z]/.test(name) && typeof value === 'function')
/** What takes modules one after the other, or has no arguments of its own. */
const free = ['Module', 'Sequential', 'Identity', 'ModuleDict', 'ParameterDict']

it.each(classes.filter(([name]) => !free.includes(name)))('%s refuses a keyword that it has not', (_, made) => {
  expect(() => Reflect.construct(made as new () => object, [{ no_such_name: 1 }]) as unknown).toThrow(
    /got an unexpected keyword argument 'no_such_name'/,
  )
})
