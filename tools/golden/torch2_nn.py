"""Attention with masked rows, norms, recurrent layers, initial values, dropout, clipping and warnings of PyTorch 2."""

from program import F, T, V, each, let, nn, printed, run, t, var

INF = float('inf')


def wave(*shape, grad=False, dtype='f32'):
    """Numbers of no special form, the same each time, with few digits."""
    count = 1
    for size in shape:
        count *= size
    return T(*shape, dtype=dtype, values=[((i * 7919 + 13) % 41 - 20) / 16 for i in range(count)], grad=grad)


def masks(rows, columns):
    """Of truth values (true: may look, as scaled_dot_product_attention has it), and those added to scores."""
    patterns = {'open': [[1] * columns] * rows, 'first row': [[0] * columns] + [[1] * columns] * (rows - 1), 'all': [[0] * columns] * rows,
                'some': [[(i + j) % 2 for j in range(columns)] for i in range(rows)]}
    for pattern in patterns.values():
        flat = [value for row in pattern for value in row]
        yield T(rows, columns, dtype='bool', values=flat), T(rows, columns, values=[0 if value else -INF for value in flat])


def with_gradients(body, *names):
    """The result of a program, and the gradients of the leaves of these names."""
    return run(*body, let('out', var('out')), var('out').sum().backward(), t.stack([var(name).grad.reshape(-1) for name in names]))


def attention():
    q, k, v = (let(name, wave(2, 3, 4, grad=True)) for name in 'qkv')
    call = F.scaled_dot_product_attention
    for allowed, added in masks(3, 3):
        for mask in (allowed, added):
            yield call(wave(2, 3, 4), wave(2, 3, 4), wave(2, 3, 4), attn_mask=mask)
            yield call(wave(3, 4, dtype='f64'), wave(3, 4, dtype='f64'), wave(3, 4, dtype='f64'), attn_mask=mask if mask is allowed else None)
            yield with_gradients([q, k, v, let('out', call(var('q'), var('k'), var('v'), attn_mask=mask))], 'q', 'k', 'v')
            yield call(wave(1, 2, 3, 4), wave(1, 2, 3, 4), wave(1, 2, 3, 5), attn_mask=mask, scale=0.5)
    for options in ({'is_causal': True}, {'is_causal': True, 'scale': 2}, {'dropout_p': 0.5}, {'enable_gqa': False}, {}):
        yield call(wave(2, 3, 4), wave(2, 3, 4), wave(2, 3, 4), **options)
        yield call(wave(2, 3, 4), wave(2, 5, 4), wave(2, 5, 4), **options)
    yield call(wave(1, 4, 3, 4), wave(1, 2, 3, 4), wave(1, 2, 3, 4), enable_gqa=True)
    yield call(wave(0, 3, 4), wave(0, 3, 4), wave(0, 3, 4))
    yield call(wave(2, 3, 4), wave(2, 0, 4), wave(2, 0, 4))


def multihead():
    made = let('m', nn.MultiheadAttention(4, 2, batch_first=True))
    x = wave(2, 3, 4)
    for allowed, added in masks(3, 3):
        for mask in (allowed.logical_not(), added):
            for options in ({}, {'need_weights': False}, {'average_attn_weights': False}):
                yield run(made, var('m')(x, x, x, attn_mask=mask, **options))
            yield run(made, let('r', var('m')(x, x, x, attn_mask=mask, need_weights=False)), var('r')[0].sum().backward(),
                var('m').in_proj_weight.grad)
            yield run(made, let('r', var('m')(x, x, x, attn_mask=mask)), var('r')[0].sum().backward(), var('m').in_proj_weight.grad)
            yield run(made, var('m').eval(), var('m')(x, x, x, attn_mask=mask, need_weights=False))
    for allowed, added in masks(2, 3):
        for mask in (allowed.logical_not(), added):
            for options in ({}, {'need_weights': False}):
                yield run(made, var('m')(x, x, x, key_padding_mask=mask, **options))
                yield run(made, var('m').eval(), var('m')(x, x, x, key_padding_mask=mask, **options))
    yield run(made, var('m')(x, x, x, attn_mask=T(3, 3, dtype='bool', values=[0, 1, 1, 0, 0, 1, 0, 0, 0]), is_causal=True, need_weights=False))
    for options in ({'add_bias_kv': True}, {'add_zero_attn': True}, {'kdim': 4, 'vdim': 4}, {'bias': False}, {'dropout': 0.5}):
        made = let('m', nn.MultiheadAttention(4, 2, **options))
        yield run(made, var('m')(x, x, x))
        yield run(made, var('m')(x, x, x, need_weights=False))
        yield run(made, var('m')(x, x, x, key_padding_mask=T(3, 2, dtype='bool', values=[1, 1, 0, 0, 0, 1])))
    yield run(let('m', nn.MultiheadAttention(4, 2)), var('m')(wave(3, 0, 4), wave(3, 0, 4), wave(3, 0, 4)))
    layer = let('l', nn.TransformerEncoderLayer(4, 2, 8, dropout=0))
    for mode in ('train', 'eval'):
        for mask in (None, T(3, 3, dtype='bool', values=[1, 1, 1, 0, 0, 1, 0, 0, 0])):
            yield run(layer, getattr(var('l'), mode)(), var('l')(x, src_mask=mask))
        yield run(layer, getattr(var('l'), mode)(), var('l')(x, src_key_padding_mask=T(3, 2, dtype='bool', values=[1, 1, 0, 0, 0, 1])))


def norms():
    x = wave(2, 3, 4)
    for options in ({}, {'eps': 0.1}, {'elementwise_affine': False}):
        yield run(let('n', nn.RMSNorm([4], **options)), var('n')(x))
        yield printed(nn.RMSNorm([4], **options))
    yield run(let('n', nn.RMSNorm([3, 4])), var('n')(x).sum().backward(), var('n').weight.grad)
    yield F.rms_norm(x, [4])
    yield F.rms_norm(x, [4], eps=0.5)
    yield F.rms_norm(x, [3])
    yield F.rms_norm(wave(2, 4, dtype='f64'), [4], wave(4, dtype='f64'))
    yield nn.RMSNorm(4)(T(2, 3))
    for layer in (nn.LayerNorm(4, bias=False), nn.LayerNorm([3, 4]), nn.GroupNorm(1, 3), nn.BatchNorm1d(3), nn.BatchNorm1d(3, momentum=None),
        nn.InstanceNorm1d(3, affine=True, track_running_stats=True)):
        yield run(let('n', layer), each(2, var('n')(x)))
        yield run(let('n', layer), var('n')(x), var('n').eval(), var('n')(x))
        yield printed(layer)
    yield F.normalize(wave(2, 3), eps=10)


def recurrent():
    for name in ('RNN', 'LSTM', 'GRU'):
        for options in ({}, {'num_layers': 2}, {'bidirectional': True, 'batch_first': True}, {'bias': False}, {'num_layers': 2, 'dropout': 0.5}):
            yield run(let('m', getattr(nn, name)(3, 2, **options)), var('m')(wave(2, 3, 3)))
            yield run(let('m', getattr(nn, name)(3, 2, **options)), var('m')(wave(2, 3, 3))[0].sum().backward(), var('m').weight_ih_l0.grad)
        yield printed(getattr(nn, name)(3, 2, 2, bidirectional=True))
        yield run(let('m', getattr(nn, name)(3, 2)), var('m')(wave(4, 3)))
    yield run(let('m', nn.RNN(3, 2, nonlinearity='relu')), var('m')(wave(2, 3, 3)))
    yield run(let('m', nn.LSTM(3, 4, proj_size=2)), var('m')(wave(2, 3, 3)))
    for name in ('RNNCell', 'LSTMCell', 'GRUCell'):
        yield run(let('m', getattr(nn, name)(3, 2)), var('m')(wave(2, 3)))
        yield run(let('m', getattr(nn, name)(3, 2)), var('m')(wave(3)))


def initial():
    shapes = ((3, 4), (5, 2), (2, 3, 3), (4, 5))
    for shape in shapes:
        x = t.empty(list(shape))
        for program in (nn.init.uniform_(x, -1, 2), nn.init.normal_(x, 0.5, 2), nn.init.trunc_normal_(x), nn.init.trunc_normal_(x, 0.5, 1, -1, 1),
            nn.init.xavier_uniform_(x), nn.init.xavier_normal_(x, 2), nn.init.kaiming_uniform_(x),
            nn.init.kaiming_normal_(x, mode='fan_out', nonlinearity='relu'), nn.init.orthogonal_(x)):
            yield program
    yield nn.init.sparse_(t.empty([4, 5]), 0.4)
    for shape in ((3, 3), (4, 3), (3, 5), (16, 16)):
        yield nn.init.orthogonal_(t.empty(list(shape)), 2)
    yield nn.init.dirac_(t.empty([4, 2, 3]))
    for name in ('linear', 'tanh', 'relu', 'leaky_relu', 'selu', 'sigmoid', 'conv2d'):
        yield nn.init.calculate_gain(name)
    for layer in (nn.Linear(3, 2), nn.Conv2d(2, 3, 2), nn.ConvTranspose1d(2, 3, 2), nn.Embedding(4, 3), nn.Bilinear(2, 3, 2), nn.RNN(2, 3),
        nn.LSTM(2, 2), nn.GRUCell(2, 2), nn.EmbeddingBag(4, 2)):
        yield nn.utils.parameters_to_vector(layer.parameters())
    yield nn.utils.parameters_to_vector(nn.MultiheadAttention(4, 2).parameters())
    yield nn.utils.parameters_to_vector(nn.TransformerEncoderLayer(4, 2, 4).parameters())


def dropouts():
    for n in (4, 15, 16, 33):
        for p in (0.5, 0.1, 0, 1):
            yield F.dropout(t.ones(n), p)
        yield F.alpha_dropout(wave(n), 0.3, True)
        yield F.feature_alpha_dropout(wave(2, n), 0.3, True)
        yield F.rrelu(wave(n).neg(), training=True)
        yield F.gumbel_softmax(wave(n))
    for layer, shape in ((nn.Dropout(0.3), (3, 5)), (nn.Dropout1d(0.5), (2, 3, 4)), (nn.Dropout2d(0.5), (2, 3, 2, 2)), (nn.Dropout3d(0.5), (2, 3, 2, 1, 1)),
            (nn.AlphaDropout(0.3), (3, 5)), (nn.FeatureAlphaDropout(0.3), (2, 3, 2)), (nn.RReLU(), (3, 5))):
        yield layer(t.ones(list(shape)).neg())
    yield F.dropout(wave(4, 5).t(), 0.4)
    yield F.gumbel_softmax(wave(2, 4), hard=True)


def clipping():
    def params(*grads):
        return run(let('w', T(3, grad=True)), let('b', T(2, grad=True)),
            var('w').mul(V(*grads[:3])).sum().add(var('b').mul(V(*grads[3:])).sum()).backward())
    for grads in ((3, 4, 0, 1, 2), (0, 0, 0, 0, 0), (0.1, 0.2, 0, 0, 0), (INF, 1, 1, 1, 1), (float('nan'), 1, 1, 1, 1)):
        for options in ({}, {'norm_type': 1}, {'norm_type': INF}, {'norm_type': 0.5}, {'norm_type': 0}, {'norm_type': -1},
            {'error_if_nonfinite': True}, {'norm_type': 'inf'}, {'foreach': False}):
            call = nn.utils.clip_grad_norm_([var('w'), var('b')], 1, **options)
            yield run(params(*grads), call)
            yield run(params(*grads), call, var('w').grad)
        yield run(params(*grads), nn.utils.clip_grad_value_([var('w'), var('b')], 0.5), var('w').grad)
    yield run(params(3, 4, 0, 1, 2), nn.utils.clip_grad_norm_(var('w'), 2), var('w').grad)
    yield nn.utils.clip_grad_norm_([T(2, grad=True)], 1)
    yield run(params(3, 4, 0, 1, 2), nn.utils.get_total_norm([var('w').grad, var('b').grad]))
    yield run(params(3, 4, 0, 1, 2), nn.utils.clip_grads_with_norm_([var('w')], 1, V(4)), var('w').grad)


def warnings():
    x = wave(2, 3)
    yield nn.Softmax()(x)
    yield nn.LogSoftmax()(x)
    yield nn.Softmin()(x)
    yield F.softmax(x)
    yield F.log_softmax(x)
    yield F.mse_loss(x, wave(2, 1))
    yield F.l1_loss(x, wave(3))
    yield F.smooth_l1_loss(x, wave(2, 1))
    yield F.huber_loss(x, wave(1, 3))
    yield F.kl_div(x, x.abs())
    yield nn.KLDivLoss()(x, x.abs())
    yield F.mse_loss(x, x, size_average=False)
    yield F.mse_loss(x, x, reduce=False)
    yield nn.MSELoss(size_average=True)(x, x)
    yield F.sigmoid(x)
    yield F.tanh(x)
    yield F.dropout1d(wave(2, 3, 2))
    yield F.dropout2d(wave(2, 3))
    yield F.dropout2d(wave(2, 3, 2))
    yield F.dropout3d(wave(2, 3, 2, 2))
    yield nn.RNN(3, 4, dropout=0.5)
    yield nn.LSTM(3, 4, 1, dropout=0.5)
    yield nn.init.normal_(T(0))
    yield nn.init.kaiming_uniform_(t.empty([0, 3]))
    yield nn.init.trunc_normal_(t.empty([2]), 5, 1, -1, 1)
    yield F.interpolate(wave(1, 1, 4), scale_factor=1.5, mode='linear')
    yield F.interpolate(wave(1, 1, 4), scale_factor=1.5, recompute_scale_factor=True)
    yield F.interpolate(wave(1, 1, 2, 2), scale_factor=2, mode='bilinear')
    yield nn.Linear(0, 3)
    yield nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 1)
    yield nn.TransformerEncoder(nn.TransformerEncoderLayer(5, 1, 8), 1)
    yield F.nll_loss(T(2, 0), T(2, dtype='idx', values=[0, 0]))
    yield F.cross_entropy(T(0, 3), T(0, dtype='idx'))
    yield F.conv2d(wave(1, 1, 4, 4), wave(1, 1, 2, 2), padding='same')
    yield F.conv1d(wave(1, 1, 5), wave(1, 1, 2), padding='same')
    yield F.gelu(x)
    yield F.binary_cross_entropy(V(0.5, 0.2), V(1, 0), size_average=False)
    yield F.embedding(V(0, 1, dtype='idx'), x, max_norm=0.5)
    yield F.hardtanh(x, 1, -1)
    yield F.pad(x, [1, 1], value=0.5)
    yield nn.utils.clip_grad_norm_([T(2)], 1)
    yield nn.utils.weight_norm(nn.Linear(2, 2))
    yield nn.utils.spectral_norm(nn.Linear(2, 2))
    yield F.gumbel_softmax(x, eps=0.1)
    yield F.ctc_loss(wave(4, 1, 3).log_softmax(2), T(1, 2, dtype='idx', values=[1, 2]), V(4, dtype='idx'), V(2, dtype='idx'))
    yield F.gaussian_nll_loss(x, x, V(0.5, 0.5))
    yield F.max_pool2d(wave(1, 0, 4, 4), 2)
    yield nn.Identity(5, unknown=1)(x)
    yield nn.CosineEmbeddingLoss(size_average=False)


def programs():
    for group in (attention, multihead, norms, recurrent, initial, dropouts, clipping, warnings):
        for program in group():
            yield group.__name__, program
