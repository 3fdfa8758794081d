"""Wrong calls: every call of a list, which is right, with one thing wrong at a time."""

from program import Expr, F, T, V, let, nn, optim, run, sched, t, var

M, B = T(2, 3), T(2, 3, dtype='bool', values=[1, 0, 1, 1, 0, 0])
SQUARE, INDEX = T(2, 2), V(0, 1, dtype='idx')
LABELS = V(1, 0, dtype='idx')
IMAGE, KERNEL = T(1, 2, 4, 4), T(3, 2, 3, 3)
WEIGHTS = T(4, 3)

# name: (callee, positional arguments, options)
CORE = [
    (t.add, [M, M], {'alpha': 2}), (t.sub, [M, 1], {}), (t.mul, [M, M], {}), (t.div, [M, 2], {'rounding_mode': 'floor'}),
    (t.pow, [M, 2], {}), (t.maximum, [M, M], {}), (t.atan2, [M, M], {}), (t.lerp, [M, M, 0.5], {}), (t.exp, [M], {}),
    (t.relu, [M], {}), (t.sigmoid, [M], {}), (t.neg, [M], {}), (t.round, [M], {'decimals': 1}),
    (t.clamp, [M], {'min': 0, 'max': 1}), (t.where, [B, M, M], {}), (t.addcmul, [M, M, M], {'value': 2}),
    (t.isclose, [M, M], {'rtol': 0.1}), (t.allclose, [M, M], {'atol': 0.1}), (t.nan_to_num, [M], {'nan': 0.5}),
    (t.sum, [M, 1], {'keepdim': True}), (t.mean, [M, 1], {'keepdim': True}), (t.prod, [M, 1], {}),
    (t.max, [M, 1], {'keepdim': True}), (t.amax, [M, 1], {}), (t.argmax, [M, 1], {'keepdim': True}), (t.all, [B, 1], {}),
    (t.std, [M, 1], {'correction': 0}), (t.var, [M, 1], {}), (t.median, [M, 1], {}), (t.norm, [M, 2, 1], {}),
    (t.logsumexp, [M, 1], {}), (t.softmax, [M, 1], {}), (t.log_softmax, [M, 1], {}), (t.cumsum, [M, 1], {}),
    (t.cumprod, [M, 1], {}), (t.cummax, [M, 1], {}), (t.sort, [M, 1], {'descending': True}), (t.argsort, [M, 1], {}),
    (t.topk, [M, 2], {'largest': False}), (t.kthvalue, [M, 1], {}), (t.quantile, [M, 0.5], {}), (t.unique, [M], {}),
    (t.histc, [M, 4], {}), (t.bincount, [INDEX], {}), (t.searchsorted, [V(1, 2), V(1.5)], {'right': True}),
    (t.matmul, [M, M.t()], {}), (t.mm, [SQUARE, SQUARE], {}), (t.bmm, [T(1, 2, 2), T(1, 2, 2)], {}),
    (t.dot, [V(1, 2), V(1, 2)], {}), (t.outer, [V(1, 2), V(1, 2)], {}), (t.addmm, [SQUARE, SQUARE, SQUARE], {'beta': 0.5}),
    (t.einsum, ['ij,jk', SQUARE, SQUARE], {}), (t.tensordot, [SQUARE, SQUARE], {'dims': 1}), (t.cross, [T(3), T(3)], {}),
    (t.trace, [SQUARE], {}), (t.diag, [SQUARE, 1], {}), (t.tril, [SQUARE, 1], {}), (t.linalg.norm, [M], {'ord': 2}),
    (t.linalg.inv, [T(2, 2)], {}), (t.linalg.solve, [T(2, 2), T(2)], {}), (t.cdist, [M, M], {'p': 1}),
    (t.reshape, [M, [3, 2]], {}), (t.transpose, [M, 0, 1], {}), (t.permute, [M, [1, 0]], {}), (t.squeeze, [M, 0], {}),
    (t.unsqueeze, [M, 0], {}), (t.flatten, [M, 0, 1], {}), (t.cat, [[M, M], 1], {}), (t.stack, [[M, M], 1], {}),
    (t.split, [M, 1], {'dim': 1}), (t.chunk, [M, 2], {'dim': 1}), (t.unbind, [M, 1], {}), (t.flip, [M, [1]], {}),
    (t.roll, [M, 1, 1], {}), (t.narrow, [M, 1, 0, 2], {}), (t.select, [M, 1, 0], {}), (t.gather, [M, 1, T(2, 1, dtype='idx', values=[0, 1])], {}),
    (t.index_select, [M, 0, INDEX], {}), (t.masked_select, [M, B], {}), (t.masked_fill, [M, B, 0.5], {}), (t.take, [M, INDEX], {}),
    (t.scatter, [M, 1, T(2, 1, dtype='idx', values=[0, 1]), 0.5], {}), (t.index_add, [M, 0, INDEX, M], {'alpha': 2}),
    (t.repeat_interleave, [M, 2], {'dim': 1}), (t.tile, [M, [2]], {}), (t.diff, [M], {'n': 1}), (t.meshgrid, [V(1, 2), V(3)], {'indexing': 'ij'}),
    (t.zeros, [2, 3], {'requires_grad': True}), (t.ones, [[2]], {}), (t.full, [[2], 1.5], {}), (t.eye, [2], {}),
    (t.arange, [0, 5, 2], {}), (t.linspace, [0, 1, 5], {}), (t.tensor, [[1, 2]], {'requires_grad': True}), (t.rand, [2], {}),
    (t.randn, [2], {}), (t.randint, [0, 5, [2]], {}), (t.randperm, [4], {}), (t.zeros_like, [M], {}), (t.full_like, [M, 2], {}),
    (t.bernoulli, [T(2, values=[0.5, 0.5])], {}), (t.multinomial, [T(3), 2], {'replacement': True}), (t.normal, [0.5, 1.5, [2]], {}),
    (t.manual_seed, [1], {}), (t.promote_types, [], {}), (t.is_tensor, [M], {}), (t.numel, [M], {}),
    (t.autograd.grad, [T(1, grad=True).sum(), []], {}), (t.set_grad_enabled, [True], {}),
    (M.add, [M], {'alpha': 2}), (M.sum, [1], {'keepdim': True}), (M.view, [3, 2], {}), (M.expand, [2, 3], {}), (M.repeat, [2, 1], {}),
    (M.to, [], {}), (M.permute, [1, 0], {}), (M.masked_fill_, [B, 0.5], {}), (M.fill_, [1.5], {}), (M.clamp_, [], {'min': 0}),
    (M.unfold, [1, 2, 1], {}), (M.index_fill_, [0, INDEX, 1.5], {}), (M.requires_grad_, [True], {}), (M.item, [], {}),
    (T(1, grad=True).sum().backward, [], {'retain_graph': True}), (M.register_hook, [], {}), (M.tolist, [], {}), (M.size, [0], {}),
    (M.uniform_, [0, 2], {}), (M.normal_, [0, 2], {}), (M.bernoulli_, [0.5], {}), (M.copy_, [M], {}), (M.contiguous, [], {}),
    (M.type_as, [M], {}), (M.squeeze, [0], {}), (M.new_full, [[2], 1.5], {}), (M.scatter_, [1, T(2, 1, dtype='idx', values=[0, 1]), 0.5], {}),
]

FUNCTIONS = [
    (F.relu, [M], {'inplace': False}), (F.gelu, [M], {'approximate': 'tanh'}), (F.leaky_relu, [M, 0.1], {}), (F.elu, [M], {'alpha': 2}),
    (F.softplus, [M], {'beta': 2}), (F.softmax, [M], {'dim': 1}), (F.log_softmax, [M], {'dim': 1}), (F.glu, [T(2, 4)], {'dim': 1}),
    (F.hardtanh, [M, -1, 1], {}), (F.threshold, [M, 0.5, 2], {}), (F.prelu, [M, V(0.5)], {}), (F.silu, [M], {}),
    (F.dropout, [M], {'p': 0.5}), (F.linear, [M, WEIGHTS], {}), (F.bilinear, [M, M, T(2, 3, 3)], {}), (F.embedding, [INDEX, M], {}),
    (F.embedding_bag, [T(1, 2, dtype='idx', values=[0, 1]), M], {'mode': 'sum'}), (F.one_hot, [INDEX], {'num_classes': 3}),
    (F.conv1d, [T(1, 2, 5), T(3, 2, 3)], {'padding': 1}), (F.conv2d, [IMAGE, KERNEL], {'stride': 2}),
    (F.conv_transpose2d, [IMAGE, T(2, 3, 2, 2)], {'stride': 2}),
    (F.max_pool2d, [IMAGE, 2], {}), (F.avg_pool2d, [IMAGE, 2], {}), (F.max_pool1d, [T(1, 2, 4), 2], {}), (F.adaptive_avg_pool2d, [IMAGE, 2], {}),
    (F.lp_pool2d, [IMAGE, 2, 2], {}), (F.interpolate, [IMAGE], {'scale_factor': 2}), (F.pad, [M, [1, 1]], {'mode': 'constant'}),
    (F.unfold, [IMAGE, 2], {}), (F.fold, [T(1, 8, 9), [4, 4], 2], {}), (F.pixel_shuffle, [T(1, 4, 2, 2), 2], {}), (F.channel_shuffle, [IMAGE, 2], {}),
    (F.batch_norm, [M, T(3), T(3)], {'training': True}), (F.layer_norm, [M, [3]], {}), (F.group_norm, [T(2, 4), 2], {}),
    (F.instance_norm, [T(1, 2, 4)], {}),
    (F.local_response_norm, [IMAGE, 2], {}), (F.normalize, [M], {'p': 2, 'dim': 1}),
    (F.mse_loss, [M, M], {'reduction': 'sum'}), (F.l1_loss, [M, M], {}), (F.smooth_l1_loss, [M, M], {'beta': 0.5}),
    (F.huber_loss, [M, M], {'delta': 0.5}),
    (F.cross_entropy, [M, LABELS], {'label_smoothing': 0.1}), (F.nll_loss, [M, LABELS], {'ignore_index': 0}),
    (F.binary_cross_entropy, [T(2, values=[0.5, 0.2]), T(2, values=[0, 1])], {}), (F.binary_cross_entropy_with_logits, [M, M], {}),
    (F.kl_div, [M, M], {'reduction': 'batchmean'}),
    (F.poisson_nll_loss, [M, M], {}), (F.gaussian_nll_loss, [M, M, M], {}), (F.hinge_embedding_loss, [M, M], {}), (F.soft_margin_loss, [M, M], {}),
    (F.margin_ranking_loss, [V(1, 2), V(1, 2), V(1, -1)], {}), (F.cosine_embedding_loss, [M, M, V(1, -1)], {}),
    (F.triplet_margin_loss, [M, M, M], {'margin': 0.5}),
    (F.multi_margin_loss, [M, LABELS], {}), (F.multilabel_soft_margin_loss, [M, M], {}),
    (F.ctc_loss, [T(4, 1, 3), T(1, 2, dtype='idx', values=[1, 2]), V(4, dtype='idx'), V(2, dtype='idx')], {}),
    (F.cosine_similarity, [M, M], {'dim': 1}), (F.pairwise_distance, [M, M], {'p': 1}), (F.pdist, [M], {}),
    (F.scaled_dot_product_attention, [M, M, M], {'is_causal': True}), (F.gumbel_softmax, [M], {'tau': 0.5}), (F.rrelu, [M], {}),
    (nn.utils.clip_grad_norm_, [[T(2, grad=True)], 1], {'norm_type': 2}), (nn.utils.clip_grad_value_, [[T(2, grad=True)], 1], {}),
    (nn.utils.parameters_to_vector, [[M]], {}),
    (nn.init.normal_, [M], {'std': 0.5}), (nn.init.xavier_uniform_, [M], {'gain': 2}), (nn.init.kaiming_normal_, [M], {'nonlinearity': 'relu'}),
    (nn.init.orthogonal_, [M], {}),
    (nn.init.trunc_normal_, [M], {'a': -1}), (nn.init.calculate_gain, ['relu'], {}),
]

LAYERS = [
    (nn.Linear, [3, 4], {'bias': False}), (nn.Bilinear, [2, 3, 4], {}), (nn.Conv1d, [2, 3, 3], {'padding': 1}), (nn.Conv2d, [2, 4, 3], {'groups': 2}),
    (nn.ConvTranspose2d, [2, 3, 2], {'stride': 2}), (nn.MaxPool2d, [2], {'stride': 1}), (nn.AvgPool2d, [2], {}), (nn.AdaptiveAvgPool2d, [2], {}),
    (nn.BatchNorm1d, [3], {'momentum': 0.2}), (nn.BatchNorm2d, [3], {'affine': False}), (nn.LayerNorm, [[3]], {'eps': 0.1}),
    (nn.GroupNorm, [2, 4], {}),
    (nn.InstanceNorm1d, [3], {}), (nn.Dropout, [0.3], {'inplace': True}), (nn.Embedding, [5, 3], {'padding_idx': 0}),
    (nn.EmbeddingBag, [5, 3], {'mode': 'sum'}),
    (nn.ReLU, [], {'inplace': True}), (nn.LeakyReLU, [0.1], {}), (nn.ELU, [], {'alpha': 2}), (nn.GELU, [], {'approximate': 'tanh'}),
    (nn.Softmax, [], {'dim': 1}),
    (nn.Softplus, [], {'beta': 2}), (nn.Hardtanh, [-2, 2], {}), (nn.PReLU, [], {'init': 0.1}), (nn.Threshold, [0.5, 2], {}), (nn.Flatten, [1], {}),
    (nn.Unflatten, [1, [2, 2]], {}),
    (nn.RNN, [3, 4], {'nonlinearity': 'relu'}), (nn.LSTM, [3, 4], {'num_layers': 2}), (nn.GRU, [3, 4], {'bidirectional': True}),
    (nn.LSTMCell, [3, 4], {}),
    (nn.MultiheadAttention, [4, 2], {'batch_first': True}), (nn.TransformerEncoderLayer, [4, 2], {'dim_feedforward': 8}),
    (nn.Transformer, [4, 2, 1, 1, 8], {}),
    (nn.MSELoss, [], {'reduction': 'sum'}), (nn.CrossEntropyLoss, [], {'label_smoothing': 0.1}), (nn.NLLLoss, [], {'ignore_index': 0}),
    (nn.BCELoss, [], {}), (nn.HuberLoss, [], {'delta': 0.5}),
    (nn.TripletMarginLoss, [], {'margin': 0.5}), (nn.CTCLoss, [], {'blank': 0}), (nn.Upsample, [], {'scale_factor': 2}), (nn.PixelShuffle, [2], {}),
    (nn.ConstantPad2d, [1, 0.5], {}),
    (nn.ReflectionPad1d, [1], {}), (nn.CosineSimilarity, [], {'dim': 1}), (nn.Identity, [], {}), (nn.Sequential, [], {}), (nn.ModuleList, [], {}),
    (nn.Parameter, [M], {}), (nn.Fold, [[4, 4], 2], {}),
]

WRONG = {'text': 'abc', 'None': None, 'fraction': 1.5, 'list': [M], 'tensor': B}


def mutations(callee, args, options):
    """The call with a misspelt keyword, one argument too many, too few, twice, and each one of a wrong kind."""
    yield callee(*args, **options)
    yield callee(*args, **options, unknown=1)
    if options:
        name = next(iter(options))
        yield callee(*args, **{name[:-1]: options[name]})
    yield callee(*args, *[1] * 9)
    for i in range(len(args)):
        yield callee(*args[:i])
    yield callee(**options)
    for i, value in enumerate(args):
        for wrong in WRONG.values():
            if type(wrong) is not type(value) or isinstance(value, Expr):
                yield callee(*args[:i], wrong, *args[i + 1:], **options)
    for name, value in options.items():
        for wrong in WRONG.values():
            if type(wrong) is not type(value):
                yield callee(*args, **{**options, name: wrong})


def every(group, calls):
    seen = set()
    for callee, args, options in calls:
        for program in mutations(callee, args, options):
            if program._text not in seen:
                seen.add(program._text)
                yield group, program


DOUBLED = [
    t.add(M, M, other=M), t.sum(M, 1, dim=1), t.softmax(M, 1, dim=1), t.clamp(M, 0, min=0), M.add(1, other=1), M.sum(1, dim=0),
    t.reshape(M, [3, 2], shape=[3, 2]), t.transpose(M, 0, 1, dim0=1), t.cat([M], 0, dim=0), t.arange(3, end=3), t.full([2], 1, fill_value=1),
    t.add(input=M, other=1), t.sum(input=M, dim=1), t.matmul(input=SQUARE, other=SQUARE), t.cat(tensors=[M, M], dim=1),
    t.gather(input=M, dim=1, index=INDEX),
    t.sub(M, 1, alpha='x'), t.add(1, 2), t.add(1, M), t.exp(1), t.exp(1.5), t.exp([1]), t.max(M, M, 1), t.max(2, 3), t.cat([M, None]), t.cat(M),
    t.stack(M),
    t.cat([]), t.cat([1, 2]), t.tensor('abc'), t.tensor(None), t.tensor([[1], [2, 3]]), t.tensor([1, 'a']), t.tensor({}), t.ones('2'), t.ones(1.5),
    t.ones([1.5]), t.ones(None),
    t.zeros(2, dtype='float32'), t.ones(2, device='cuda:9'), t.ones(2, device='nowhere'), t.ones(2, device=1.5), t.arange(), t.arange('a'),
    t.arange(1, 2, 0), t.linspace(0, 1), t.eye(),
    t.rand(), t.randn('a'), t.randint(5), t.randint([2]), t.randperm(1.5), t.manual_seed('a'), t.manual_seed(1.5), t.manual_seed(), t.where(B),
    t.where(B, M), t.where(B, 'a', M),
    t.einsum('ij'), t.einsum('ij,jk', M), t.einsum('i', M), t.einsum(M), t.einsum('ij->z', M), t.einsum('ii', M), t.tensordot(M, M, 5),
    t.split(M, 1.5), t.split(M, 'a'), t.chunk(M, 'abc'),
    M.view('a'), M.view(), M.view(-1, -1), M.view(7), M.view(1.5), M.reshape('a'), M.reshape(-1, 4), M.expand(5), M.expand(2, 4), M.permute(0),
    M.permute('a'), M.t(1), M.transpose(0), M.transpose('a', 'b'),
    M.squeeze('a'), M.item(1), M.item(), M.backward('a'), M.backward(), T(2, grad=True).backward(), M.requires_grad_('x'),
    T(2, dtype='i32').requires_grad_(), M.to('cuda'), M.to('abc'), M.to(1.5), M.to(M, M, M),
    M.sum('a'), M.sum(None), M.sum(dim=None), M.sum(1.5), M.sum([0, 'a']), M.mean(dim='a'), M.max(dim='a'), M.max(1.5), M.argmax('a'), M.std('a'),
    M.norm('x'), M.norm('nuc'), M.topk(1.5), M.topk('a'), M.sort(descending='a'),
    M.masked_fill(M, 1), M.masked_fill(B, M), M.masked_fill(B, 'a'), M.clamp(), M.clamp('a'), M.clamp(min='a'), M.pow('a'), M.pow(),
    M.div(1, rounding_mode='up'), M.div(1, rounding_mode=1), M.round(decimals=1.5), M.repeat('a'), M.repeat(1.5),
    M.repeat(), M.flip('a'), M.roll('a'), M.cumsum('a'), M.cumsum(), M.gather('a', INDEX), M.index_select(0, M), M.scatter(0, INDEX, M),
    M.scatter_add(0, 'a', M), M.unfold(0, 'a', 1), M.narrow(0, 'a', 1), M.narrow(0, 1.5, 1), M.select('a', 0),
    M.register_hook('a'), M.fill_('a'), M.fill_([1]), M.copy_('a'), M.copy_(1), M.add_('a'), M.add_([1]), M.mul_(None), M.uniform_(2, 1),
    M.normal_(0, -1), M.bernoulli_(2), M.random_(5, 2), M.exponential_(-1), M.geometric_(2), M.cauchy_(0, -1),
    t.bernoulli(V(2)), t.multinomial(V(-1, 2), 1), t.multinomial(V(0, 0), 1), t.multinomial(V(1, 2), 3), t.multinomial(V(1, 2), 0),
    t.normal(0.5, -1, [2]), t.randint(5, 5, [2]), t.poisson(V(-1)),
    t.set_printoptions(profile='abc'), t.set_printoptions(precison=2), t.no_grad(1), t.autograd.grad(M, M),
    t.autograd.grad(T(2, grad=True), T(2, grad=True)), t.autograd.grad(T(2, grad=True).sum(), 'a'), t.autograd.grad(), t.is_nonzero(M),
    t.promote_types(1, 2), t.result_type(M), t.can_cast(1, 2), t.finfo(t.int32), t.iinfo(t.float32), t.broadcast_to(M, [4]),
    t.broadcast_tensors(M, T(4)), t.broadcast_shapes([2], [3]), t.atleast_1d('a'), t.block_diag('a'), t.vander(M),
    t.histc(M, bins=0), t.histc(M, bins=2, min=3, max=1), t.bincount(V(-1, dtype='idx')), t.bincount(M), t.quantile(M, 2),
    t.quantile(M, V(0.5, dtype='f64')), t.quantile(M, 0.5, interpolation='abc'), t.searchsorted(V(1, 2), 'a'), t.bucketize('a', V(1)),
    t.diff(M, n=-1), t.diff(M, n='a'), t.unique(M, dim='a'), t.isin(M, 'a'), t.lerp(M, M, 'a'), t.addcdiv(M, M, 'a'), t.heaviside(M, 1),
    t.ldexp(M, 'a'), t.logit(M, 'a'), t.polygamma(-1, M), t.polygamma(M, M), t.equal(M, 1), t.allclose(M, 1), t.isclose(M, 1),
    t.dist(M, 1), t.cdist(M, 1), t.linalg.norm(M, 'abc'), t.linalg.norm('a'), t.linalg.vector_norm(M, 'a'), t.linalg.matrix_norm(M, 'abc'),
    t.linalg.det(V(1)), t.linalg.inv(M), t.linalg.solve(SQUARE, T(3)), t.linalg.cholesky(M), t.matrix_power(SQUARE, 1.5), t.cross(T(2), T(2)),
    t.linalg.cross(T(2), T(2)), t.kron(M, 1), t.trace(V(1)), t.diag(T(1, 1, 1)), t.diagonal(M, dim1=1), t.triu('a'), t.tril_indices(2),
    t.tril_indices('a', 1), t.rot90(M, 'a'), t.movedim(M, 0, 5), t.movedim(M, [0], [0, 1]), t.unflatten(M, 1, [2, 2]), t.unflatten(M, 1, []),
]

MISUSED = [
    nn.Linear(3, 4)(T(2, 5)), nn.Linear(3, 4)('a'), nn.Linear(3, 4)(), nn.Linear(3, 4)(M, M), nn.Linear(-1, 2), nn.Linear(3, 4)(T(2, 3, dtype='f64')),
    nn.Linear(3, 4)(T(2, 3, dtype='i32')), nn.Conv2d(3, 4, 3)(IMAGE), nn.Conv2d(2, 4, 3)(T(2)), nn.Conv2d(2, 4, 9)(IMAGE),
    nn.Conv2d(2, 3, 3, groups=2), nn.Conv2d(3, 4, 3, groups=2), nn.Conv2d(2, 4, 3, padding='abc'), nn.Conv2d(2, 4, 3, padding='same', stride=2),
    nn.Conv2d(2, 4, 3, padding_mode='abc'), nn.Conv2d(2, 4, 0), nn.Conv2d(2, 4, 3, stride=0)(IMAGE), nn.Conv2d(0, 4, 3), nn.Conv1d(2, 3, 3)(T(2, 2)),
    nn.MaxPool2d(9)(IMAGE), nn.MaxPool2d(2, padding=2)(IMAGE), nn.MaxPool2d(0)(IMAGE), nn.MaxPool2d(2)(V(1)), nn.AvgPool2d(2)(V(1)),
    nn.AdaptiveAvgPool2d([1, 2, 3])(IMAGE), nn.AdaptiveAvgPool2d(-1)(IMAGE), nn.BatchNorm1d(3)(T(2, 4)), nn.BatchNorm1d(3)(IMAGE),
    nn.BatchNorm2d(2)(M), nn.BatchNorm1d(3)(T(1, 3)), nn.BatchNorm1d(0),
    nn.LayerNorm([4])(M), nn.LayerNorm([])(M), nn.GroupNorm(3, 4), nn.GroupNorm(2, 4)(M), nn.GroupNorm(2, 4)(T(1, 4)), nn.GroupNorm(0, 4),
    nn.InstanceNorm1d(3)(T(1, 3, 1)), nn.InstanceNorm2d(3)(IMAGE), nn.Dropout(1.5), nn.Dropout(-0.1), nn.Dropout('a'), F.dropout(M, 2),
    nn.Embedding(5, 3)(V(7, dtype='idx')), nn.Embedding(5, 3)(M), nn.Embedding(5, 3, padding_idx=9), nn.Embedding(5, 3, _weight=M),
    nn.EmbeddingBag(5, 3)(V(0, 1, dtype='idx')), nn.EmbeddingBag(5, 3, mode='abc'), F.embedding_bag(INDEX, M, mode='abc'),
    nn.RNN(3, 4, nonlinearity='abc'), nn.RNN(3, 4, num_layers=0), nn.RNN(3, 0), nn.RNN(3, 4, dropout=2), nn.RNN(3, 4)(T(2, 5)), nn.RNN(3, 4)(IMAGE),
    nn.LSTM(3, 4, proj_size=4), nn.LSTM(3, 4, proj_size=-1), nn.LSTM(3, 4)(M, M), nn.LSTM(3, 4)(M, [M]), nn.GRU(3, 4, proj_size=1),
    nn.GRU(3, 4)(T(5, 1, 3), T(1, 2, 4)), nn.GRU(3.5, 4), nn.LSTM('a', 4), nn.RNNCell(3, 4)(T(2, 5)), nn.RNNCell(3, 4, nonlinearity='abc')(M),
    nn.LSTMCell(3, 4)(IMAGE), nn.GRUCell(3, 4)(M, T(5, 4)), nn.MultiheadAttention(5, 2), nn.MultiheadAttention(0, 2),
    nn.MultiheadAttention(4, 2)(M, M, M), nn.MultiheadAttention(4, 2)(T(1, 2, 5), T(1, 2, 5), T(1, 2, 5)),
    nn.MultiheadAttention(4, 2)(T(2, 4), T(3, 4), T(2, 4)),
    nn.MultiheadAttention(4, 2)(T(2, 4), T(2, 4), T(2, 4), is_causal=True), nn.MultiheadAttention(4, 2)(T(2, 4), T(2, 4), T(2, 4), attn_mask=T(3, 3)),
    nn.MultiheadAttention(4, 2)(T(2, 4), T(2, 4), T(2, 4), attn_mask=T(2, 2, dtype='i32')),
    nn.MultiheadAttention(4, 2)(T(2, 4), T(2, 4), T(2, 4), key_padding_mask=T(3)),
    nn.MultiheadAttention(4, 2)(T(2, 4), T(2, 4), T(2, 4), key_padding_mask=T(2, dtype='i32')),
    nn.TransformerEncoderLayer(4, 2, activation='abc'), nn.TransformerEncoderLayer(4, 3), nn.Transformer(4, 2)(M, M),
    F.scaled_dot_product_attention(M, T(2, 4), M), F.scaled_dot_product_attention(M, M, M, attn_mask=T(2, 2), is_causal=True),
    F.scaled_dot_product_attention(M, M, M, attn_mask=T(2, 2, dtype='i32')), F.scaled_dot_product_attention(M, M, M, attn_mask=T(3, 3)),
    F.scaled_dot_product_attention(V(1), V(1), V(1)), F.scaled_dot_product_attention(M, M, T(2, 3, dtype='f64')),
    F.scaled_dot_product_attention(M, M, M, dropout_p=2),
    F.cross_entropy(M, V(1, 5, dtype='idx')), F.cross_entropy(M, V(1, dtype='idx')), F.cross_entropy(M, V(1, 2)),
    F.cross_entropy(M, M, label_smoothing=2), F.cross_entropy(M, LABELS, weight=T(2)), F.cross_entropy(M, LABELS, reduction='abc'),
    F.cross_entropy(V(1), LABELS), F.nll_loss(M, V(1, 0)), F.nll_loss(M, V(-1, 0, dtype='idx')), F.nll_loss(V(1), V(0, dtype='idx'), reduction='x'),
    F.mse_loss(M, T(2, 2)), F.mse_loss(M, 'a'), F.mse_loss(M, M, reduction='abc'), F.l1_loss(M, T(4)),
    F.smooth_l1_loss(M, M, beta=-1), F.huber_loss(M, M, delta=0), F.binary_cross_entropy(M, M), F.binary_cross_entropy(V(0.5), V(1, 2)),
    F.binary_cross_entropy(V(0.5), V(2)), F.binary_cross_entropy_with_logits(V(1), V(1, 2)), F.kl_div(M, T(4)), F.gaussian_nll_loss(M, M, V(-1)),
    F.gaussian_nll_loss(M, M, T(5)), F.gaussian_nll_loss(M, M, M, reduction='abc'), F.poisson_nll_loss(M, M, reduction='abc'),
    F.margin_ranking_loss(M, V(1), V(1)), F.cosine_embedding_loss(M, M, M), F.triplet_margin_loss(M, V(1), M),
    F.triplet_margin_loss(M, M, M, margin=-1), F.multi_margin_loss(M, V(5, 0, dtype='idx')), F.multi_margin_loss(M, LABELS, p=3),
    F.multilabel_margin_loss(M, M),
    F.ctc_loss(T(4, 1, 3), T(1, 2, dtype='idx', values=[1, 2]), V(9, dtype='idx'), V(2, dtype='idx')),
    F.ctc_loss(T(4, 1, 3), T(1, 2, dtype='idx', values=[1, 2]), V(4, dtype='idx'), V(-1, dtype='idx')),
    F.ctc_loss(T(4, 1, 3), T(1, 2, dtype='idx', values=[1, 2]), V(4, dtype='idx'), V(2, dtype='idx'), blank=7), F.interpolate(IMAGE),
    F.interpolate(IMAGE, size=2, scale_factor=2), F.interpolate(IMAGE, scale_factor=2, mode='abc'),
    F.interpolate(IMAGE, scale_factor=2, mode='linear'), F.interpolate(IMAGE, scale_factor=2, align_corners=True),
    F.interpolate(IMAGE, size=[2, 2, 2]), F.pad(M, [1], mode='abc'), F.pad(M, [9, 9], mode='reflect'), F.pad(M, [1, 1, 1, 1], mode='reflect'),
    F.pad(M, 'a'),
    F.pixel_shuffle(IMAGE, 2), F.pixel_unshuffle(T(1, 1, 3, 3), 2), F.channel_shuffle(IMAGE, 3), F.fold(T(1, 8, 9), [5, 5], 2), F.unfold(V(1), 2),
    F.glu(M, 1), F.softmax(M, 2), F.gelu(M, approximate='abc'), F.prelu(M, T(2)), F.rrelu(M, 2, 1), F.one_hot(M), F.one_hot(INDEX, 1),
    F.layer_norm(M, [3], weight=T(4)), F.batch_norm(M, None, None), F.batch_norm(M, T(2), T(2)), F.group_norm(M, 2), F.instance_norm(V(1)),
    F.normalize(M, 'a'), F.normalize(M, dim=5), F.linear(M, M, T(5)), F.linear(V(1), M), F.bilinear(M, M, M), F.conv2d(IMAGE, T(3, 2, 3)),
    F.conv2d(IMAGE, KERNEL, T(4)), F.conv2d(IMAGE, KERNEL, padding=-1), F.conv2d(IMAGE, KERNEL, stride=[1, 1, 1]),
    F.conv2d(IMAGE, KERNEL, dilation=0), F.conv2d(IMAGE, KERNEL, groups=3), F.conv1d(M, KERNEL), F.conv_transpose2d(IMAGE, KERNEL),
    F.conv_transpose2d(IMAGE, T(2, 3, 2, 2), output_padding=5),
    F.pdist(V(1)), F.pairwise_distance(M, T(4)), F.cosine_similarity(M, T(4)), F.gumbel_softmax(M, tau=-1), F.gumbel_softmax(T(2, dtype='i32')),
    nn.init.normal_(M, std=-1), nn.init.xavier_uniform_(V(1)), nn.init.kaiming_uniform_(M, mode='abc'),
    nn.init.kaiming_normal_(M, nonlinearity='abc'), nn.init.orthogonal_(V(1)), nn.init.eye_(V(1)), nn.init.dirac_(M), nn.init.sparse_(V(1), 0.5),
    nn.init.sparse_(M, 2), nn.init.calculate_gain('abc'), nn.init.calculate_gain('leaky_relu', 'a'), nn.init.uniform_(M, 2, 1),
    nn.init.constant_(M, 'a'), nn.init.trunc_normal_(M, a=3, b=1),
    nn.utils.clip_grad_norm_([T(2, grad=True)], 'a'), nn.utils.clip_grad_norm_('a', 1), nn.utils.clip_grad_norm_([], 1),
    nn.utils.clip_grad_norm_([T(2)], 1, norm_type='abc'), nn.utils.parameters_to_vector([]), nn.utils.vector_to_parameters(M, [M]),
    nn.utils.vector_to_parameters('a', [M]), nn.utils.weight_norm(nn.ReLU()), nn.utils.spectral_norm(nn.ReLU()),
    nn.utils.remove_weight_norm(nn.Linear(2, 2)), nn.Sequential('a'), nn.Sequential(nn.ReLU(), 1), nn.Sequential(nn.ReLU())[3], nn.ModuleList(1),
    nn.ModuleList(['a']), nn.ModuleList([nn.ReLU()])[2], nn.ModuleDict({'a': 1}), nn.ModuleDict({'a.b': nn.ReLU()}), nn.ModuleDict(1),
    nn.ParameterList(1), nn.Module()(M), nn.Module(1),
    nn.Linear(2, 2).load_state_dict({}), nn.Linear(2, 2).load_state_dict('a'), nn.Linear(2, 2).load_state_dict({'weight': M, 'bias': T(2)}),
    nn.Linear(2, 2).load_state_dict({'weight': SQUARE, 'bias': T(2), 'more': T(2)}), nn.Linear(2, 2).train('no'), nn.Linear(2, 2).requires_grad_('x'),
    nn.Linear(2, 2).register_buffer('a.b', M), nn.Linear(2, 2).register_buffer('weight', M), nn.Linear(2, 2).register_buffer('', M),
    nn.Linear(2, 2).register_buffer('a', 1), nn.Linear(2, 2).register_parameter('p', M), nn.Linear(2, 2).register_parameter('bias', None),
    nn.Linear(2, 2).register_parameter('training', None), nn.Linear(2, 2).add_module('a', 1), nn.Linear(2, 2).add_module('a.b', nn.ReLU()),
    nn.Linear(2, 2).get_submodule('a'), nn.Linear(2, 2).get_parameter('a'), nn.Linear(2, 2).to('abc'), nn.Linear(2, 2).to(t.int32), nn.Parameter('a'),
    nn.Parameter(T(2, dtype='i32')), nn.Unflatten(1, 'a'), nn.Unflatten('a', [2]), nn.Unflatten(1, [2, 2])(M), nn.Flatten(5)(M), nn.Upsample()(IMAGE),
    nn.Softmax()(M), nn.PReLU(3)(T(2, 4)), nn.Bilinear(2, 3, 4)(M, M), nn.Bilinear(0, 3, 4), nn.Threshold(1), nn.Hardtanh(2, 1),
    nn.Hardshrink('a')(M), nn.CTCLoss(reduction='abc'), nn.MSELoss('abc')(M, M), nn.CrossEntropyLoss(weight='a'), nn.MultiMarginLoss(p=3),
    nn.TripletMarginWithDistanceLoss(margin=-1), nn.LocalResponseNorm('a')(IMAGE), nn.ReflectionPad1d(9)(M), nn.ReplicationPad2d(1)(V(1)),
    nn.ZeroPad2d('a')(IMAGE), nn.PixelShuffle(2)(IMAGE), nn.Fold([4, 4], 2)(M), nn.Unfold(9)(IMAGE),
]

PARAM = T(2, grad=True)


def core():
    first_of_structure = next(i for i, (callee, _, _) in enumerate(CORE) if callee._text == 't.matmul')
    yield from every('arithmetic', CORE[:first_of_structure])
    yield from every('structure', CORE[first_of_structure:])
    yield from (('mistake', program) for program in DOUBLED)


def nn_calls():
    yield from every('function', FUNCTIONS)
    yield from every('layer', LAYERS)
    yield from (('mistake', program) for program in MISUSED)


OPTIMIZERS = [
    (optim.SGD, [[PARAM]], {'lr': 0.1}), (optim.SGD, [[PARAM], 0.1, 0.9], {}), (optim.Adam, [[PARAM]], {'betas': [0.5, 0.9]}),
    (optim.AdamW, [[PARAM], 0.01], {}), (optim.RMSprop, [[PARAM]], {'alpha': 0.9}),
    (optim.Adagrad, [[PARAM]], {'lr_decay': 0.1}), (optim.Adadelta, [[PARAM]], {'rho': 0.5}), (optim.Adamax, [[PARAM]], {'eps': 0.1}),
    (optim.NAdam, [[PARAM]], {'momentum_decay': 0.1}), (optim.RAdam, [[PARAM]], {'weight_decay': 0.1}),
    (optim.Rprop, [[PARAM]], {'etas': [0.5, 1.5]}), (optim.ASGD, [[PARAM]], {'lambd': 0.1}), (optim.LBFGS, [[PARAM]], {'max_iter': 3}),
]


def schedulers():
    o = var('o')
    calls = [
        (sched.StepLR, [o, 2], {'gamma': 0.5}), (sched.MultiStepLR, [o, [2]], {'gamma': 0.5}), (sched.ExponentialLR, [o, 0.5], {}),
        (sched.ConstantLR, [o], {'factor': 0.5}), (sched.LinearLR, [o], {'start_factor': 0.5}), (sched.PolynomialLR, [o], {'power': 2}),
        (sched.CosineAnnealingLR, [o, 5], {'eta_min': 0.1}), (sched.CosineAnnealingWarmRestarts, [o, 5], {'T_mult': 2}),
        (sched.CyclicLR, [o, 0.1, 0.5], {'cycle_momentum': False}), (sched.OneCycleLR, [o, 0.5], {'total_steps': 5}),
        (sched.ReduceLROnPlateau, [o], {'factor': 0.5}), (sched.LambdaLR, [o], {}), (sched.ChainedScheduler, [[sched.StepLR(o, 1)]], {}),
        (sched.SequentialLR, [o, [sched.StepLR(o, 1)], []], {}),
    ]
    for group, program in every('scheduler', calls):
        yield group, run(let('o', optim.SGD([PARAM], lr=0.1, momentum=0.9)), program)
