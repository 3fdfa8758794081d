/** The models of the training rows, and chainrule's steps. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import { type Data, gpt } from './arrays.ts'

const { layers, width, heads, context, vocabulary } = gpt

export const mlp = (): nn.Module => new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10))

/** So small that what counts is the way from layer to layer. */
export const small = (): nn.Module =>
  new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 8), new nn.ReLU(), new nn.Linear(8, 2))

export const cnn = (): nn.Module =>
  new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(32 * 7 * 7, 10),
  )

/** Attention from matmul and softmax, as every contestant has them. */
class Block extends nn.Module {
  static readonly keepsNothing = true // what it makes on the way is freed when the graph lets go of it
  ln_1 = new nn.LayerNorm(width)
  qkv = new nn.Linear(width, 3 * width)
  proj = new nn.Linear(width, width)
  ln_2 = new nn.LayerNorm(width)
  fc = new nn.Linear(width, 4 * width)
  out = new nn.Linear(4 * width, width)
  /** 0 where a token may look, -10⁹ in its future. */
  readonly mask: torch.Tensor

  constructor(mask: torch.Tensor) {
    super()
    this.mask = mask
  }

  attention(x: torch.Tensor): torch.Tensor {
    const [batch, length] = x.shape as [number, number, number]
    const split = this.qkv(x)
      .reshape(batch, length, 3, heads, width / heads)
      .permute(2, 0, 3, 1, 4)
    const [q, k, v] = split.unbind(0) as [torch.Tensor, torch.Tensor, torch.Tensor] // each (batch, heads, length, size)
    const scores = q
      .matmul(k.transpose(-2, -1))
      .mul(1 / Math.sqrt(width / heads))
      .add(this.mask)
    const mixed = torch.softmax(scores, -1).matmul(v) // (batch, heads, length, size)
    return this.proj(mixed.transpose(1, 2).reshape(batch, length, width))
  }

  forward(input: torch.Tensor): torch.Tensor {
    const x = input.add(this.attention(this.ln_1(input)))
    return x.add(this.out(nn.functional.gelu(this.fc(this.ln_2(x)))))
  }
}

export class GPT extends nn.Module {
  wte = new nn.Embedding(vocabulary, width)
  wpe = new nn.Embedding(context, width)
  blocks: nn.Sequential
  ln_f = new nn.LayerNorm(width)
  head = new nn.Linear(width, vocabulary, { bias: false })

  constructor() {
    super()
    const mask = torch.ones(context, context).triu(1).mul(-1e9)
    this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(mask)))
  }

  forward(tokens: torch.Tensor): torch.Tensor {
    const x = this.wte(tokens).add(this.wpe.weight)
    return this.head(this.ln_f(this.blocks(x))).reshape(-1, vocabulary)
  }
}

/** An array as a tensor. */
export function tensor(data: Data, name: string): torch.Tensor {
  return torch.tensor(data.array(name)).reshape(data.shape(name))
}

/** The model with the weights of the data. */
export function loaded(model: nn.Module, data: Data, prefix: string): nn.Module {
  model.load_state_dict(Object.fromEntries(data.names(prefix).map((name) => [name, tensor(data, prefix + name)])))
  return model
}
