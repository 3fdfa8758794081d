/** Programs with a fault: each names the function whose line the fault leads to. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'

const { Function } = torch.autograd

const wrong = () => torch.ones(2, 3)

class Net extends nn.Module {
  readonly body = new nn.Sequential(new nn.Linear(3, 4), new nn.Sequential(new nn.Tanh(), new nn.Linear(5, 2)))
  forward(x: torch.Tensor): torch.Tensor {
    return this.body(x)
  }
}

class Own extends nn.Module {
  forward(x: torch.Tensor): torch.Tensor {
    return x.matmul(wrong())
  }
}

class Faulty extends Function {
  static forward(_: torch.autograd.FunctionContext, x: torch.Tensor): torch.Tensor {
    return x.mul(2)
  }
  static backward(_: torch.autograd.FunctionContext, gradient: torch.Tensor): torch.Tensor {
    return gradient.matmul(wrong())
  }
}

/** The first frame that must be there, the frames that must follow, and the program. */
export type Program = readonly [first: string, after: readonly string[], run: () => unknown]

export const programs: Readonly<Record<string, Program>> = {
  op: [
    'direct',
    [],
    function direct() {
      wrong().matmul(wrong())
    },
  ],
  'an op of a wrong kind': [
    'kind',
    [],
    function kind() {
      wrong().sum(0.5)
    },
  ],
  'a constructor': [
    'construct',
    [],
    function construct() {
      return new nn.Linear(2, -1)
    },
  ],
  'an option that does not exist': [
    'misspelt',
    [],
    function misspelt() {
      return new nn.Linear(2, 1, { bais: true } as never)
    },
  ],
  Sequential: [
    'sequence',
    [],
    function sequence() {
      new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(5, 2))(wrong())
    },
  ],
  'a container in a container': [
    'Net.forward',
    ['nested'],
    function nested() {
      new Net()(wrong())
    },
  ],
  'containers twenty deep': [
    'Own.forward',
    ['deep'],
    function deep() {
      let model: nn.Module = new Own()
      for (let i = 0; i < 20; i++) model = new nn.Sequential(new nn.Identity(), model)
      model(wrong())
    },
  ],
  'a class within Sequential': [
    'Own.forward',
    ['own'],
    function own() {
      new nn.Sequential(new nn.Linear(3, 3), new Own())(wrong())
    },
  ],
  'a forward hook': [
    'look',
    ['hooked'],
    function hooked() {
      const model = new nn.Sequential(new nn.Linear(3, 3))
      model.register_forward_hook(function look(_, __, output) {
        return (output as torch.Tensor).matmul(wrong())
      })
      model(wrong())
    },
  ],
  'a hook of a tensor': [
    'spy',
    ['backward'],
    function backward() {
      const x = wrong().requires_grad_()
      x.register_hook(function spy(gradient) {
        return gradient.matmul(wrong())
      })
      x.mul(2).sum().backward()
    },
  ],
  'a backward hook of a module': [
    'watch',
    ['train'],
    function train() {
      const model = new nn.Sequential(new nn.Linear(3, 1))
      model.register_full_backward_hook(function watch(_, __, [gradient]) {
        return gradient?.matmul(wrong()) ?? null
      })
      model(wrong().requires_grad_()).sum().backward()
    },
  ],
  'a Function of ones own': [
    'backward',
    ['custom'],
    function custom() {
      Faulty.apply(wrong().requires_grad_()).sum().backward()
    },
  ],
  'a backward pass': [
    'twice',
    [],
    function twice() {
      const loss = wrong().requires_grad_().pow(2).sum()
      loss.backward()
      loss.backward()
    },
  ],
  'a closure': [
    'inner',
    ['no_graph'],
    function no_graph() {
      torch.no_grad(function inner() {
        return wrong().matmul(wrong())
      })
    },
  ],
  'a callback of apply': [
    'visit',
    ['everywhere'],
    function everywhere() {
      new Net().apply(function visit() {
        wrong().view(5)
      })
    },
  ],
  'a gradient check': [
    'checked',
    ['check'],
    function check() {
      torch.autograd.gradcheck(
        function checked(x: torch.Tensor) {
          return x.matmul(wrong())
        },
        [torch.ones(2, 3, { dtype: torch.float64, requires_grad: true })],
      )
    },
  ],
  'a formula': [
    'formula',
    [],
    function formula() {
      torch.elementwise('faulty', ['x'], { forward: 'x +' })
    },
  ],
  'a state that does not fit': [
    'load',
    [],
    function load() {
      new nn.Linear(2, 1).load_state_dict({})
    },
  ],
  'an iteration': [
    'iterate',
    [],
    function iterate() {
      return [...torch.tensor(1)]
    },
  ],
}
