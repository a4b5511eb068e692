"""Hand-written networks, each for one way of moving channels about. CASES: name -> (module, shape of one image)."""

import torch
from torch import nn
from torch.nn import functional as F


class Plain(nn.Module):
    """A model of a library with tensors for outputs, where it gives dictionaries or records."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return tensors(self.model(x))


def tensors(found):
    if isinstance(found, torch.Tensor):
        return found
    if hasattr(found, "values") and callable(found.values):
        found = found.values()
    flat = []
    for one in found:
        one = tensors(one) if one is not None else ()
        flat.extend([one] if isinstance(one, torch.Tensor) else one)
    return flat[0] if len(flat) == 1 else tuple(flat)


def conv_bn(i, o, k=3, s=1, g=1, act=nn.ReLU, d=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, d * (k // 2), d, g, bias=False), nn.BatchNorm2d(o), act())


class Net(nn.Module):
    """A stem, a body and a classifier on the mean over positions."""

    def __init__(self, body, channels, out, classes=7, stem=None):
        super().__init__()
        self.stem = stem or conv_bn(3, channels, 3, 2)
        self.body = body
        self.head = nn.Linear(out, classes)

    def forward(self, x):
        return self.head(self.body(self.stem(x)).mean((2, 3)))


class Shuffle(nn.Module):
    """Channel shuffle as ShuffleNet writes it."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class ShuffleUnit(nn.Module):
    """ShuffleNet v1: grouped 1 x 1, shuffle, depthwise, grouped 1 x 1, skip."""

    def __init__(self, c, groups):
        super().__init__()
        self.main = nn.Sequential(
            conv_bn(c, c // 2, 1, g=groups),
            Shuffle(groups),
            nn.Conv2d(c // 2, c // 2, 3, padding=1, groups=c // 2, bias=False),
            nn.BatchNorm2d(c // 2),
            nn.Conv2d(c // 2, c, 1, groups=groups, bias=False),
            nn.BatchNorm2d(c),
        )

    def forward(self, x):
        return F.relu(x + self.main(x))


class SplitUnit(nn.Module):
    """ShuffleNet v2: half of the channels pass by, then the halves are shuffled."""

    def __init__(self, c):
        super().__init__()
        h = c // 2
        self.main = nn.Sequential(conv_bn(h, h, 1), nn.Conv2d(h, h, 3, padding=1, groups=h), conv_bn(h, h, 1))
        self.shuffle = nn.ChannelShuffle(2) if False else Shuffle(2)

    def forward(self, x):
        a, b = x.chunk(2, 1)
        return self.shuffle(torch.cat((a, self.main(b)), 1))


class Bottle(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.b = conv_bn(c, c, act=nn.SiLU), conv_bn(c, c, act=nn.SiLU)

    def forward(self, x):
        return x + self.b(self.a(x))


class C2f(nn.Module):
    """YOLOv8: the second half goes through a chain, and everything is concatenated."""

    def __init__(self, i, o, n):
        super().__init__()
        self.half = o // 2
        self.first = conv_bn(i, o, 1, act=nn.SiLU)
        self.chain = nn.ModuleList(Bottle(self.half) for _ in range(n))
        self.last = conv_bn((2 + n) * self.half, o, 1, act=nn.SiLU)

    def forward(self, x):
        parts = list(self.first(x).chunk(2, 1))
        for block in self.chain:
            parts.append(block(parts[-1]))
        return self.last(torch.cat(parts, 1))


class Elan(nn.Module):
    """YOLOv9's GELAN: split by sizes, concatenations of concatenations."""

    def __init__(self, c):
        super().__init__()
        self.first = conv_bn(c, 24, 1)
        self.sizes = [8, 16]
        self.a, self.b = conv_bn(16, 12), conv_bn(12, 12)
        self.last = conv_bn(24 + 12 + 12 + 24, c, 1)

    def forward(self, x):
        y = self.first(x)
        l, r = y.split(self.sizes, 1)
        a = self.a(r)
        inner = torch.cat((l, r, a), 1)
        return self.last(torch.cat((inner, self.b(a), torch.cat((r, l), 1)), 1))


class Sppf(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.first, self.last = conv_bn(c, c // 2, 1), conv_bn(2 * c, c, 1)

    def forward(self, x):
        x = self.first(x)
        a = F.max_pool2d(x, 5, 1, 2)
        b = F.max_pool2d(a, 5, 1, 2)
        return self.last(torch.cat((x, a, b, F.max_pool2d(b, 5, 1, 2)), 1))


class Focus(nn.Module):
    """Space to depth by slices (YOLOv5)."""

    def __init__(self, o):
        super().__init__()
        self.conv = conv_bn(12, o)

    def forward(self, x):
        return self.conv(
            torch.cat((x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]), 1)
        )


class SpaceToDepth(nn.Module):
    """As TResNet writes it: view and permute; the block's place is the slowest."""

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).contiguous()
        return x.view(n, c * 4, h // 2, w // 2)


class SqueezeExcite(nn.Module):
    def __init__(self, c, gate=nn.Sigmoid, linear=False):
        super().__init__()
        self.linear = linear
        make = nn.Linear if linear else lambda i, o: nn.Conv2d(i, o, 1)
        self.a, self.b, self.gate = make(c, c // 4), make(c // 4, c), gate()

    def forward(self, x):
        s = x.mean((2, 3), keepdim=not self.linear)
        s = self.gate(self.b(F.relu(self.a(s))))
        return x * (s[:, :, None, None] if self.linear else s)


class Cbam(nn.Module):
    """Attention over channels by two pools, over positions by mean and maximum of channels."""

    def __init__(self, c):
        super().__init__()
        self.mlp = nn.Sequential(nn.Conv2d(c, c // 4, 1), nn.ReLU(), nn.Conv2d(c // 4, c, 1))
        self.conv = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x):
        x = x * torch.sigmoid(self.mlp(F.adaptive_avg_pool2d(x, 1)) + self.mlp(F.adaptive_max_pool2d(x, 1)))
        s = torch.cat((x.mean(1, keepdim=True), x.amax(1, keepdim=True)), 1)
        return x * torch.sigmoid(self.conv(s))


class Eca(nn.Module):
    """A convolution along the channels: their order counts."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        s = self.conv(x.mean((2, 3)).unsqueeze(1)).squeeze(1)
        return x * torch.sigmoid(s)[:, :, None, None]


class NonLocal(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Conv2d(a, b, 1) for a, b in ((c, c // 2),) * 3 + ((c // 2, c),))

    def forward(self, x):
        n, c, h, w = x.shape
        q = self.q(x).flatten(2).transpose(1, 2)
        k = self.k(x).flatten(2)
        v = self.v(x).flatten(2).transpose(1, 2)
        y = torch.bmm(torch.softmax(torch.bmm(q, k), -1), v)
        return x + self.o(y.transpose(1, 2).reshape(n, c // 2, h, w))


class GlobalContext(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.mask = nn.Conv2d(c, 1, 1)
        self.a, self.norm, self.b = nn.Conv2d(c, c // 4, 1), nn.LayerNorm([c // 4, 1, 1]), nn.Conv2d(c // 4, c, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        weight = self.mask(x).view(n, 1, h * w, 1).softmax(2)
        context = torch.matmul(x.view(n, 1, c, h * w), weight).view(n, c, 1, 1)
        return x + self.b(F.relu(self.norm(self.a(context))))


class DynamicConv(nn.Module):
    """The kernel is a mixture that each image chooses: the weight of the convolution is computed."""

    def __init__(self, c, experts=4):
        super().__init__()
        self.route = nn.Linear(c, experts)
        self.weight = nn.Parameter(torch.randn(experts, c, c, 3, 3) * 0.05)

    def forward(self, x):
        n, c, h, w = x.shape
        mix = self.route(x.mean((2, 3))).softmax(1)
        kernels = (mix @ self.weight.flatten(1)).view(n * c, c, 3, 3)
        return F.conv2d(x.reshape(1, n * c, h, w), kernels, padding=1, groups=n).view(n, c, h, w)


class Involution(nn.Module):
    """Kernels of their own at each position, over unfolded neighbourhoods."""

    def __init__(self, c, groups=4):
        super().__init__()
        self.groups = groups
        self.reduce, self.span = nn.Conv2d(c, c // 2, 1), nn.Conv2d(c // 2, 9 * groups, 1)

    def forward(self, x):
        n, c, h, w = x.shape
        k = self.span(F.relu(self.reduce(x))).view(n, self.groups, 1, 9, h, w)
        p = F.pad(x, (1, 1, 1, 1))
        windows = torch.stack([p[:, :, i : i + h, j : j + w] for i in range(3) for j in range(3)], 2)
        return (windows.view(n, self.groups, c // self.groups, 9, h, w) * k).sum(3).reshape(n, c, h, w)


class CoordConv(nn.Module):
    """Two constant channels of coordinates beside the others."""

    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c + 2, c, 3, padding=1)
        axis = torch.linspace(-1, 1, 16)
        self.register_buffer("grid", torch.stack(torch.meshgrid(axis, axis, indexing="ij")))

    def forward(self, x):
        return F.relu(self.conv(torch.cat((x, self.grid[None].expand(x.shape[0], -1, -1, -1)), 1)))


class BlurPool(nn.Module):
    """A fixed filter for each channel, as a depthwise convolution of a buffer."""

    def __init__(self, c):
        super().__init__()
        f = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("filter", (f[:, None] * f[None, :] / 16)[None, None].repeat(c, 1, 1, 1))

    def forward(self, x):
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.filter, stride=2, groups=x.shape[1])


class Maxout(nn.Module):
    def __init__(self, c, pieces=2):
        super().__init__()
        self.pieces = pieces
        self.conv = nn.Conv2d(c, c * pieces, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        return y.view(y.shape[0], -1, self.pieces, *y.shape[2:]).amax(2)


class MaxFeatureMap(nn.Module):
    """LightCNN: the larger of two halves."""

    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, 2 * c, 3, padding=1)

    def forward(self, x):
        a, b = torch.split(self.conv(x), x.shape[1], 1)
        return torch.maximum(a, b)


class Glu(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, 2 * c, 3, padding=1)

    def forward(self, x):
        return F.glu(self.conv(x), 1)


class Scatter(nn.Module):
    """Writes into some channels in place: exporters make it ScatterND or slices and concatenations."""

    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c // 2, c // 2, 3, padding=1)

    def forward(self, x):
        y = x.clone()
        y[:, : x.shape[1] // 2] = self.conv(x[:, : x.shape[1] // 2])
        return y


class PartialConv(nn.Module):
    """FasterNet: a quarter of the channels is convolved."""

    def __init__(self, c):
        super().__init__()
        self.quarter = c // 4
        self.conv = nn.Conv2d(self.quarter, self.quarter, 3, padding=1)
        self.mix = nn.Sequential(conv_bn(c, 2 * c, 1), nn.Conv2d(2 * c, c, 1))

    def forward(self, x):
        y = torch.cat((self.conv(x[:, : self.quarter]), x[:, self.quarter :]), 1)
        return x + self.mix(y)


class LayerNorm2d(nn.Module):
    """Over channels at each position, written out."""

    def __init__(self, c):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(c)), nn.Parameter(torch.zeros(c))

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        var = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(var + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class Grn(nn.Module):
    """ConvNeXt v2's global response normalisation, channels last."""

    def __init__(self, c):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.zeros(1, 1, 1, c)), nn.Parameter(torch.zeros(1, 1, 1, c))

    def forward(self, x):
        norm = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
        return self.gamma * (x * (norm / (norm.mean(dim=-1, keepdim=True) + 1e-6))) + self.beta + x


class NeXt(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.deep, self.norm = nn.Conv2d(c, c, 7, padding=3, groups=c), nn.LayerNorm(c)
        self.a, self.grn, self.b = nn.Linear(c, 4 * c), Grn(4 * c), nn.Linear(4 * c, c)
        self.scale = nn.Parameter(1e-1 * torch.ones(c))

    def forward(self, x):
        y = self.norm(self.deep(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.b(self.grn(F.gelu(self.a(y))))).permute(0, 3, 1, 2)


class WeightStandard(nn.Conv2d):
    """The weight is standardised in the graph."""

    def forward(self, x):
        w = self.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.std((1, 2, 3), keepdim=True, unbiased=False) + 1e-5)
        return F.conv2d(x, w, self.bias, self.stride, self.padding)


class Shared(nn.Module):
    """One convolution used three times, its normalisation each time another."""

    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for _ in range(3))

    def forward(self, x):
        for norm in self.norms:
            x = x + F.relu(norm(self.conv(x)))
        return x


class TiedAutoencoder(nn.Module):
    """The decoder's weights are the encoder's, transposed."""

    def __init__(self, convolutional):
        super().__init__()
        self.convolutional = convolutional
        shape = ((16, 3, 3, 3), (24, 16, 3, 3)) if convolutional else ((32, 3 * 256), (16, 32))
        self.a, self.b = (nn.Parameter(torch.randn(*s) * 0.1) for s in shape)
        self.bias = nn.ParameterList(nn.Parameter(torch.randn(s[0]) * 0.1) for s in shape)
        self.last = nn.Parameter(torch.zeros(shape[0][1]))

    def forward(self, x):
        if self.convolutional:
            h = F.relu(F.conv2d(x, self.a, self.bias[0], padding=1))
            h = F.relu(F.conv2d(h, self.b, self.bias[1], padding=1))
            h = F.relu(F.conv_transpose2d(h, self.b, self.bias[0], padding=1))
            return F.conv_transpose2d(h, self.a, self.last, padding=1)
        h = F.relu(F.linear(x.flatten(1), self.a, self.bias[0]))
        h = F.relu(F.linear(h, self.b, self.bias[1]))
        h = F.relu(F.linear(h, self.b.t(), self.bias[0]))
        return F.linear(h, self.a.t(), self.last).view(x.shape)


class Siamese(nn.Module):
    """The two halves of the image go through the same layers; the classifier sees what differs."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv_bn(3, 12), nn.MaxPool2d(2), conv_bn(12, 16), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(48, 3)

    def forward(self, x):
        a, b = (self.body(half) for half in x.chunk(2, 3))
        return self.head(torch.cat((a, b, (a - b).abs()), 1))


class TwoTasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv_bn(3, 12, s=2), conv_bn(12, 16, s=2))
        self.a, self.b, self.mask = nn.Linear(16, 5), nn.Linear(16, 3), nn.Conv2d(16, 2, 1)

    def forward(self, x):
        h = self.body(x)
        v = h.mean((2, 3))
        return self.a(v), torch.sigmoid(self.b(v)), self.mask(h)


class Mixture(nn.Module):
    """Experts in one parameter, by einsum."""

    def __init__(self, c, experts=4):
        super().__init__()
        self.gate = nn.Linear(c, experts)
        self.a = nn.Parameter(torch.randn(experts, c, 2 * c) * 0.1)
        self.b = nn.Parameter(torch.randn(experts, 2 * c, c) * 0.1)

    def forward(self, x):
        g = self.gate(x).softmax(-1)
        h = F.gelu(torch.einsum("nc,ech->neh", x, self.a))
        return x + torch.einsum("ne,neh,ehc->nc", g, h, self.b)


class Rows(nn.Module):
    """A network on vectors: the image's elements in a row."""

    def __init__(self, *parts):
        super().__init__()
        self.body = nn.Sequential(*parts)

    def forward(self, x):
        return self.body(x.flatten(1))


class Highway(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.h, self.t = nn.Linear(c, c), nn.Linear(c, c)

    def forward(self, x):
        t = torch.sigmoid(self.t(x))
        return t * F.relu(self.h(x)) + (1 - t) * x


class Residual(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.main = nn.Sequential(*parts)

    def forward(self, x):
        return x + self.main(x)


class Bilinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.mix = nn.Linear(48, 10), nn.Linear(48, 12), nn.Bilinear(10, 12, 8)

    def forward(self, x):
        return self.mix(torch.tanh(self.a(x)), torch.tanh(self.b(x)))


class Codebook(nn.Module):
    """Vector quantisation: the nearest of some vectors is looked up."""

    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.Conv2d(3, 12, 4, 4), nn.ConvTranspose2d(12, 3, 4, 4)
        self.codes = nn.Embedding(32, 12)

    def forward(self, x):
        z = self.encode(x).permute(0, 2, 3, 1)
        w = self.codes.weight
        d = z.pow(2).sum(-1, keepdim=True) - 2 * z @ w.t() + w.pow(2).sum(1)
        return self.decode(self.codes(d.argmin(-1)).permute(0, 3, 1, 2))


class Sin(nn.Module):
    def forward(self, x):
        return torch.sin(30 * x)


class Branch(nn.Module):
    """Control flow: which layer runs depends on the image."""

    def __init__(self):
        super().__init__()
        self.conv = conv_bn(3, 8)
        self.a, self.b = nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x):
        h = self.conv(x).mean((2, 3))
        return torch.cond(h.mean() > 0, self.a, self.b, (h,))


class FakeQuantised(nn.Module):
    """Activations and weights go through QuantizeLinear and DequantizeLinear."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Conv2d(3, 12, 3, padding=1), nn.Conv2d(12, 16, 3, padding=1), nn.Linear(16, 5)

    @staticmethod
    def quantised(x, scale):
        return torch.fake_quantize_per_tensor_affine(x, scale, 0, -128, 127)

    def layer(self, conv, x):
        return F.relu(F.conv2d(self.quantised(x, 0.05), self.quantised(conv.weight, 0.01), conv.bias, padding=1))

    def forward(self, x):
        return self.head(self.layer(self.b, self.layer(self.a, x)).mean((2, 3)))


class PyramidPool(nn.Module):
    """SPP-net: pools of several sizes, flattened and concatenated."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv_bn(3, 8, s=2), conv_bn(8, 12))
        self.head = nn.Linear(12 * (16 + 4 + 1), 6)

    def forward(self, x):
        h = self.body(x)
        return self.head(torch.cat([F.adaptive_max_pool2d(h, k).flatten(1) for k in (4, 2, 1)], 1))


class Capsules(nn.Module):
    """Primary capsules: channels in groups, squashed, and one step of routing."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 4, 4)
        self.weight = nn.Parameter(torch.randn(4 * 64, 5, 6, 8) * 0.1)

    @staticmethod
    def squash(x):
        n = x.pow(2).sum(-1, keepdim=True)
        return n / (1 + n) * x / torch.sqrt(n + 1e-6)

    def forward(self, x):
        u = self.conv(x)
        u = self.squash(u.view(x.shape[0], 4, 8, 64).permute(0, 1, 3, 2).reshape(x.shape[0], 256, 8))
        votes = torch.einsum("ikoc,nic->niko", self.weight, u)
        return self.squash(votes.mean(1)).norm(dim=-1)


def net(body, c=16, out=None, stem=None):
    return lambda: (Net(body(), c, out or c, stem=stem() if stem else None), (3, 32, 32))


def rows(*parts):
    return lambda: (Rows(*parts), (3, 4, 4))


S = nn.Sequential
CASES = {
    "shuffle-v1": net(lambda: S(ShuffleUnit(24, 3), ShuffleUnit(24, 3)), 24),
    "shuffle-v1-groups4": net(lambda: S(ShuffleUnit(32, 4), ShuffleUnit(32, 2)), 32),
    "shuffle-v2": net(lambda: S(SplitUnit(16), SplitUnit(16), SplitUnit(16))),
    "shuffle-operator": net(lambda: S(conv_bn(16, 24, g=2), nn.ChannelShuffle(4), conv_bn(24, 16, g=4))),
    "c2f": net(lambda: S(C2f(16, 24, 2), C2f(24, 16, 1))),
    "elan": net(lambda: S(Elan(16), Elan(16))),
    "sppf": net(lambda: S(Sppf(16), conv_bn(16, 16))),
    "focus": net(lambda: conv_bn(16, 16), stem=lambda: Focus(16)),
    "space-to-depth": net(lambda: S(conv_bn(16, 12), SpaceToDepth(), conv_bn(48, 16))),
    "pixel-unshuffle": net(lambda: S(conv_bn(16, 12), nn.PixelUnshuffle(2), conv_bn(48, 16))),
    "squeeze-excite": net(lambda: S(Bottle(16), SqueezeExcite(16), conv_bn(16, 16))),
    "squeeze-excite-linear": net(lambda: S(SqueezeExcite(16, nn.Hardsigmoid, True), conv_bn(16, 16))),
    "cbam": net(lambda: S(Cbam(16), conv_bn(16, 16))),
    "eca": net(lambda: S(conv_bn(16, 16), Eca(), conv_bn(16, 16))),
    "non-local": net(lambda: S(NonLocal(16), conv_bn(16, 16))),
    "global-context": net(lambda: S(GlobalContext(16), conv_bn(16, 16))),
    "dynamic-conv": net(lambda: S(conv_bn(16, 16), DynamicConv(16), conv_bn(16, 16))),
    "involution": net(lambda: S(Involution(16), conv_bn(16, 16))),
    "coord-conv": net(lambda: S(CoordConv(16), conv_bn(16, 16))),
    "blur-pool": net(lambda: S(conv_bn(16, 20), BlurPool(20), conv_bn(20, 16))),
    "maxout": net(lambda: S(Maxout(16), conv_bn(16, 16))),
    "max-feature-map": net(lambda: S(MaxFeatureMap(16), MaxFeatureMap(16))),
    "glu": net(lambda: S(Glu(16), Glu(16))),
    "slice-assignment": net(lambda: S(Scatter(16), conv_bn(16, 16))),
    "partial-conv": net(lambda: S(PartialConv(16), PartialConv(16))),
    "layer-norm-2d": net(lambda: S(nn.Conv2d(16, 16, 3, padding=1), LayerNorm2d(16), Bottle(16))),
    "next-grn": net(lambda: S(NeXt(16), NeXt(16))),
    "weight-standard": net(lambda: S(WeightStandard(16, 24, 3, padding=1), nn.GroupNorm(4, 24), conv_bn(24, 16))),
    "group-norm": net(lambda: S(nn.Conv2d(16, 24, 3), nn.GroupNorm(6, 24), nn.ReLU(), nn.Conv2d(24, 16, 3))),
    "group-norm-one": net(lambda: S(nn.Conv2d(16, 24, 3), nn.GroupNorm(1, 24), nn.ReLU(), nn.Conv2d(24, 16, 3))),
    "group-norm-each": net(lambda: S(nn.Conv2d(16, 24, 3), nn.GroupNorm(24, 24), nn.ReLU(), nn.Conv2d(24, 16, 3))),
    "instance-norm": net(lambda: S(nn.Conv2d(16, 24, 3), nn.InstanceNorm2d(24, affine=True), nn.Conv2d(24, 16, 3))),
    "instance-norm-plain": net(lambda: S(nn.Conv2d(16, 24, 3), nn.InstanceNorm2d(24), nn.ReLU(), nn.Conv2d(24, 16, 3))),
    "local-response": net(lambda: S(conv_bn(16, 16), nn.LocalResponseNorm(5), conv_bn(16, 16))),
    "prelu": net(lambda: S(nn.Conv2d(16, 24, 3), nn.PReLU(24), nn.Conv2d(24, 16, 3), nn.PReLU())),
    "activations": net(
        lambda: S(*(m for a in ("ELU SELU CELU GELU Mish Softplus Softsign Hardswish Hardsigmoid Hardtanh LogSigmoid "
                    "Tanhshrink Softshrink Hardshrink LeakyReLU ReLU6 SiLU Tanh Sigmoid").split()
                    for m in (nn.Conv2d(16, 16, 1), getattr(nn, a)())))
    ),
    "shared-conv": net(lambda: Shared(16)),
    "grouped-32": net(lambda: S(conv_bn(16, 32, 1), conv_bn(32, 32, 3, g=8), conv_bn(32, 16, 1))),
    "grouped-uneven": net(lambda: S(conv_bn(16, 24, 1), conv_bn(24, 12, 3, g=4), conv_bn(12, 36, 3, g=6), conv_bn(36, 16, 1))),
    "depth-multiplier": net(lambda: S(conv_bn(16, 16, 1), conv_bn(16, 48, 3, g=16), conv_bn(48, 16, 1))),
    "tied-autoencoder": lambda: (TiedAutoencoder(False), (3, 16, 16)),
    "tied-conv-autoencoder": lambda: (TiedAutoencoder(True), (3, 16, 16)),
    "siamese": lambda: (Siamese(), (3, 16, 32)),
    "two-tasks": lambda: (TwoTasks(), (3, 32, 32)),
    "pyramid-pool": lambda: (PyramidPool(), (3, 32, 32)),
    "capsules": lambda: (Capsules(), (3, 32, 32)),
    "codebook": lambda: (Codebook(), (3, 32, 32)),
    "fake-quantised": lambda: (FakeQuantised(), (3, 32, 32)),
    "branch": lambda: (Branch(), (3, 32, 32)),
    "mlp": rows(nn.Linear(48, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 5)),
    "mlp-batch-norm": rows(nn.Linear(48, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 5)),
    "mlp-layer-norm": rows(nn.Linear(48, 64), nn.LayerNorm(64), nn.SiLU(), nn.Linear(64, 5)),
    "mlp-highway": rows(nn.Linear(48, 24), Highway(24), Highway(24), nn.Linear(24, 5)),
    "mlp-residual": rows(nn.Linear(48, 24), Residual(nn.Linear(24, 40), nn.SELU(), nn.Linear(40, 24)), nn.Linear(24, 5)),
    "mlp-no-bias": rows(nn.Linear(48, 64, bias=False), nn.Tanh(), nn.Linear(64, 5, bias=False)),
    "mlp-mixture": rows(nn.Linear(48, 16), Mixture(16), nn.LayerNorm(16), Mixture(16), nn.Linear(16, 5)),
    "mlp-bilinear": rows(Bilinear(), nn.Linear(8, 5)),
    "mlp-sine": rows(nn.Linear(48, 32), Sin(), nn.Linear(32, 32), Sin(), nn.Linear(32, 5)),
    "mlp-weight-norm": lambda: (
        Rows(torch.nn.utils.weight_norm(nn.Linear(48, 32)), nn.ReLU(), torch.nn.utils.weight_norm(nn.Linear(32, 5))),
        (3, 4, 4),
    ),
    "mlp-softmax-output": rows(nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 5), nn.LogSoftmax(1)),
    "mlp-glu-tabular": rows(nn.BatchNorm1d(48), nn.Linear(48, 64), nn.GLU(), nn.Linear(32, 64), nn.GLU(), nn.Linear(32, 5)),
}  # fmt: skip
