/** PyTorch's `repr` of a shape. */
export const size = (shape: readonly number[]): string => `torch.Size([${shape.join(', ')}])`
