"""Hand-written networks on images: segmentation, detection, super-resolution, generators, attention."""

import torch
from torch import nn
from torch.nn import functional as F

from blocks import C2f, Focus, Net, Sppf, conv_bn


class UNet(nn.Module):
    def __init__(self, transposed):
        super().__init__()
        w = (8, 16, 24)
        double = lambda i, o: nn.Sequential(conv_bn(i, o), conv_bn(o, o))  # noqa: E731
        self.down = nn.ModuleList([double(3, w[0]), double(w[0], w[1])])
        self.middle = double(w[1], w[2])
        up = lambda i, o: (  # noqa: E731
            nn.ConvTranspose2d(i, o, 2, 2)
            if transposed
            else nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), nn.Conv2d(i, o, 1))
        )
        self.grow = nn.ModuleList([up(w[2], w[1]), up(w[1], w[0])])
        self.up = nn.ModuleList([double(2 * w[1], w[1]), double(2 * w[0], w[0])])
        self.last = nn.Conv2d(w[0], 2, 1)

    def forward(self, x):
        a = self.down[0](x)
        b = self.down[1](F.max_pool2d(a, 2))
        x = self.middle(F.max_pool2d(b, 2))
        x = self.up[0](torch.cat((b, self.grow[0](x)), 1))
        return self.last(self.up[1](torch.cat((self.grow[1](x), a), 1)))


class SuperResolution(nn.Module):
    """EDSR: residual blocks without normalisation, PixelShuffle between convolutions."""

    def __init__(self, factor):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)
        block = lambda: nn.Sequential(nn.Conv2d(16, 24, 3, padding=1), nn.ReLU(), nn.Conv2d(24, 16, 3, padding=1))  # noqa: E731
        self.body = nn.ModuleList(block() for _ in range(3))
        self.up = nn.Sequential(nn.Conv2d(16, 12 * factor**2, 3, padding=1), nn.PixelShuffle(factor))
        self.last = nn.Conv2d(12, 3, 3, padding=1)

    def forward(self, x):
        h = skip = self.first(x)
        for block in self.body:
            h = h + 0.1 * block(h)
        return self.last(F.relu(self.up(h + skip)))


class DenseResidual(nn.Module):
    """ESRGAN's residual dense block."""

    def __init__(self, c=16, g=8):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(c + i * g, g if i < 4 else c, 3, padding=1) for i in range(5))

    def forward(self, x):
        parts = [x]
        for conv in self.convs[:4]:
            parts.append(F.leaky_relu(conv(torch.cat(parts, 1)), 0.2))
        return x + 0.2 * self.convs[4](torch.cat(parts, 1))


class Esrgan(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 3, 3, padding=1)
        self.body = nn.Sequential(DenseResidual(), DenseResidual())

    def forward(self, x):
        h = self.first(x)
        h = F.interpolate(h + self.body(h), scale_factor=2, mode="nearest")
        return self.last(F.leaky_relu(h, 0.2))


class Style(nn.Module):
    """Johnson's style transfer: reflection padding, InstanceNorm, upsampling."""

    def __init__(self):
        super().__init__()
        layer = lambda i, o, k, s=1: nn.Sequential(  # noqa: E731
            nn.ReflectionPad2d(k // 2), nn.Conv2d(i, o, k, s), nn.InstanceNorm2d(o, affine=True)
        )
        self.down = nn.Sequential(layer(3, 8, 9), nn.ReLU(), layer(8, 16, 3, 2), nn.ReLU())
        self.a, self.b = nn.Sequential(layer(16, 16, 3), nn.ReLU(), layer(16, 16, 3)), layer(16, 8, 3)
        self.last = nn.Sequential(nn.ReflectionPad2d(4), nn.Conv2d(8, 3, 9))

    def forward(self, x):
        h = self.down(x)
        h = F.interpolate(h + self.a(h), scale_factor=2)
        return torch.tanh(self.last(F.relu(self.b(h))))


class Generator(nn.Module):
    """DCGAN: a linear layer whose outputs become a map, then transposed convolutions."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(48, 24 * 16)
        self.body = nn.Sequential(
            nn.BatchNorm2d(24), nn.ReLU(),
            nn.ConvTranspose2d(24, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
            nn.ConvTranspose2d(16, 16, 4, 2, 1, groups=4), nn.ReLU(),
            nn.ConvTranspose2d(16, 16, 3, 1, 1, groups=16), nn.ReLU(),
            nn.ConvTranspose2d(16, 3, 3, 2, 1, output_padding=1), nn.Tanh(),
        )  # fmt: skip

    def forward(self, x):
        return self.body(self.first(x.flatten(1)).view(-1, 24, 4, 4))


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(conv_bn(3, 8, s=2), conv_bn(8, 12, s=2), nn.Flatten(), nn.Linear(12 * 64, 20))
        self.mean, self.deviation = nn.Linear(20, 6), nn.Linear(20, 6)
        self.decode = nn.Sequential(nn.Linear(6, 12 * 64), nn.Unflatten(1, (12, 8, 8)), nn.ReLU(), nn.Upsample(scale_factor=4))
        self.last = nn.Conv2d(12, 3, 3, padding=1)

    def forward(self, x):
        h = F.relu(self.encode(x))
        z = self.mean(h) + torch.exp(0.5 * self.deviation(h))
        return torch.sigmoid(self.last(self.decode(z)))


class Yolo(nn.Module):
    """YOLOv8 in small: two scales, boxes as distributions over bins, classes, all in one output."""

    def __init__(self, classes=4, bins=8):
        super().__init__()
        self.classes, self.bins = classes, bins
        self.stem, self.a, self.b = Focus(8), nn.Sequential(conv_bn(8, 16, s=2), C2f(16, 16, 1)), conv_bn(16, 24, s=2)
        self.pool, self.merge = Sppf(24), C2f(40, 16, 1)
        self.boxes = nn.ModuleList(nn.Sequential(conv_bn(c, 16), nn.Conv2d(16, 4 * bins, 1)) for c in (16, 24))
        self.names = nn.ModuleList(nn.Sequential(conv_bn(c, 16), nn.Conv2d(16, classes, 1)) for c in (16, 24))
        self.dfl = nn.Conv2d(bins, 1, 1, bias=False)
        self.dfl.weight.data[:] = torch.arange(bins).float().view(1, bins, 1, 1)

    def forward(self, x):
        a = self.a(self.stem(x))
        b = self.pool(self.b(a))
        a = self.merge(torch.cat((F.interpolate(b, scale_factor=2.0, mode="nearest"), a), 1))
        n = x.shape[0]
        found = [torch.cat((box(f), name(f)), 1).view(n, 4 * self.bins + self.classes, -1)
                 for f, box, name in zip((a, b), self.boxes, self.names)]  # fmt: skip
        box, name = torch.cat(found, 2).split((4 * self.bins, self.classes), 1)
        p = box.shape[2]
        box = self.dfl(box.view(n, 4, self.bins, p).transpose(2, 1).softmax(1)).view(n, 4, p)
        return torch.cat((box, name.sigmoid()), 1)


class YoloAnchors(nn.Module):
    """YOLOv5's head: anchors out of the channels, then the decoded boxes of both scales in one list."""

    def __init__(self, anchors=3, classes=4):
        super().__init__()
        self.anchors, self.each = anchors, 5 + classes
        self.a, self.b = nn.Sequential(conv_bn(3, 8, s=2), conv_bn(8, 16, s=2)), conv_bn(16, 24, s=2)
        self.heads = nn.ModuleList(nn.Conv2d(c, anchors * self.each, 1) for c in (16, 24))

    def forward(self, x):
        a = self.a(x)
        found = []
        for f, head in zip((a, self.b(a)), self.heads):
            n, _, h, w = f.shape
            y = head(f).view(n, self.anchors, self.each, h, w).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
            xy, wh, rest = y.split((2, 2, self.each - 4), 4)
            found.append(torch.cat((xy * 2 - 0.5, (wh * 2) ** 2, rest), 4).view(n, -1, self.each))
        return torch.cat(found, 1)


class Pyramid(nn.Module):
    """A backbone of torchvision with a feature pyramid and RetinaNet's heads, shared by all levels."""

    def __init__(self, name):
        super().__init__()
        from torchvision.models import detection

        make = detection.backbone_utils
        if name.startswith("mobilenet"):
            self.backbone = make.mobilenet_backbone(backbone_name=name, weights=None, fpn=True, norm_layer=nn.BatchNorm2d)
        else:
            self.backbone = make.resnet_fpn_backbone(backbone_name=name, weights=None, norm_layer=nn.BatchNorm2d)
        self.head = detection.retinanet.RetinaNetHead(256, 3, 4, norm_layer=lambda c: nn.GroupNorm(32, c))

    def forward(self, x):
        found = self.head(list(self.backbone(x).values()))
        return found["cls_logits"], found["bbox_regression"]


class BiFpn(nn.Module):
    """EfficientDet's weighted sums: one learned number for each input, normalised in the graph."""

    def __init__(self):
        super().__init__()
        self.a, self.b = conv_bn(3, 16, s=2), conv_bn(16, 16, s=2)
        self.w = nn.Parameter(torch.rand(2))
        self.out, self.head = conv_bn(16, 16), nn.Conv2d(16, 5, 1)

    def forward(self, x):
        a = self.a(x)
        b = F.interpolate(self.b(a), scale_factor=2, mode="nearest")
        w = F.relu(self.w)
        w = w / (w.sum() + 1e-4)
        return self.head(self.out(w[0] * a + w[1] * b))


class DepthHead(nn.Module):
    """The positions' tokens become a map again (DPT), and a map of probabilities is summed (soft-argmax)."""

    def __init__(self):
        super().__init__()
        self.patch, self.mix = nn.Conv2d(3, 24, 4, 4), nn.Linear(24, 24)
        self.up = nn.ConvTranspose2d(24, 8, 4, 4)
        self.last = nn.Conv2d(8, 2, 1)
        self.register_buffer("line", torch.linspace(0, 1, 32))

    def forward(self, x):
        h = self.patch(x)
        n, c, a, b = h.shape
        h = F.gelu(self.mix(h.flatten(2).transpose(1, 2)))
        h = self.last(self.up(h.transpose(1, 2).reshape(n, c, a, b)))
        p = h.flatten(2).softmax(-1).view(n, 2, 32, 32)
        return torch.cat(((p.sum(2) * self.line).sum(-1), (p.sum(3) * self.line).sum(-1)), 1)


class Attention(nn.Module):
    """Ways of writing attention on tokens [batch, tokens, channels]."""

    def __init__(self, how, c=24, heads=3, tokens=16):
        super().__init__()
        self.how, self.heads, self.d = how, heads, c // heads
        if how in ("separate", "einsum", "bias", "linear", "cosine", "talking"):
            self.q, self.k, self.v = (nn.Linear(c, c) for _ in range(3))
        elif how == "multi-query":
            self.q, self.kv = nn.Linear(c, c), nn.Linear(c, 2 * self.d)
        elif how == "grouped":
            self.q, self.k, self.v = nn.Linear(c, c), nn.Linear(c, self.d), nn.Linear(c, self.d)
        elif how == "window":
            self.qkv, self.table = nn.Linear(c, 3 * c), nn.Parameter(torch.randn(9, heads) * 0.1)
            self.register_buffer("index", torch.randint(0, 9, (4, 4)))
        else:
            self.qkv = nn.Linear(c, 3 * c, bias=how != "chunk")
        if how == "bias":
            self.table = nn.Parameter(torch.randn(heads, tokens, tokens) * 0.1)
        if how == "cosine":
            self.scale = nn.Parameter(torch.log(10 * torch.ones(heads, 1, 1)))
        if how == "talking":
            self.before, self.after = nn.Linear(heads, heads), nn.Linear(heads, heads)
        if how == "rotary":
            angle = torch.arange(tokens)[:, None] * torch.tensor([1.0, 0.1, 0.01, 0.001])[None]
            self.register_buffer("cos", angle.cos().repeat(1, 2))
            self.register_buffer("sin", angle.sin().repeat(1, 2))
        if how == "norm":
            self.nq, self.nk = nn.LayerNorm(self.d), nn.LayerNorm(self.d)
        self.out = nn.Linear(c, c)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], -1, self.d).transpose(1, 2)

    def rotate(self, x):
        a, b = x.chunk(2, -1)
        return x * self.cos + torch.cat((-b, a), -1) * self.sin

    def forward(self, x):
        n, t, c = x.shape
        if self.how == "window":
            return self.windows(x)
        if self.how == "einsum":
            q, k, v = (p(x).view(n, t, self.heads, self.d) for p in (self.q, self.k, self.v))
            a = torch.einsum("bqhd,bkhd->bhqk", q, k).mul(self.d**-0.5).softmax(-1)
            return self.out(torch.einsum("bhqk,bkhd->bqhd", a, v).reshape(n, t, c))
        if self.how == "fused-interleaved":  # GPT-NeoX and BLOOM: q, k and v of a head stand together
            q, k, v = self.qkv(x).view(n, t, self.heads, 3 * self.d).transpose(1, 2).chunk(3, -1)
        elif self.how == "chunk":
            q, k, v = (self.split(p) for p in self.qkv(x).chunk(3, -1))
        elif self.how == "multi-query":
            k, v = self.kv(x).split(self.d, -1)
            q, k, v = self.split(self.q(x)), k[:, None], v[:, None]
        elif hasattr(self, "qkv"):
            q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, self.d).permute(2, 0, 3, 1, 4).unbind(0)
        else:
            q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        if self.how == "grouped":
            k = k[:, :, None].expand(n, 1, self.heads, t, self.d).reshape(n, self.heads, t, self.d)
            v = v.repeat_interleave(self.heads, 1)
        if self.how == "rotary":
            q, k = self.rotate(q), self.rotate(k)
        if self.how == "norm":
            q, k = self.nq(q), self.nk(k)
        if self.how == "linear":
            q, k = F.elu(q) + 1, F.elu(k) + 1
            y = q @ (k.transpose(-2, -1) @ v) / (q * k.sum(-2, keepdim=True)).sum(-1, keepdim=True)
            return self.out(y.transpose(1, 2).reshape(n, t, c))
        if self.how == "sdpa":
            y = F.scaled_dot_product_attention(q, k, v)
        else:
            if self.how == "cosine":
                q, k = F.normalize(q, dim=-1) * self.scale.exp(), F.normalize(k, dim=-1)
            a = q @ k.transpose(-2, -1)
            a = a + self.table if self.how == "bias" else a * self.d**-0.5
            if self.how == "talking":
                a = self.before(a.permute(0, 2, 3, 1)).softmax(2)
                y = self.after(a).permute(0, 3, 1, 2) @ v
            else:
                y = a.softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(n, t, c))

    def windows(self, x):
        n, t, c = x.shape
        w = x.view(n, 2, 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, c)
        q, k, v = self.qkv(w).reshape(-1, 4, 3, self.heads, self.d).permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.table[self.index.view(-1)].view(4, 4, -1).permute(2, 0, 1)
        y = ((q * self.d**-0.5) @ k.transpose(-2, -1) + bias).softmax(-1) @ v
        y = self.out(y.transpose(1, 2).reshape(-1, 4, c))
        return y.view(n, 2, 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(n, t, c)


class Transformer(nn.Module):
    """Patches, a class token or not, two blocks of some attention, before or after the norm."""

    def __init__(self, how, c=24, cls=False, post=False, rms=False, swiglu=False):
        super().__init__()
        tokens = 17 if cls else 16
        self.patch = nn.Conv2d(3, c, 4, 4)
        self.cls = nn.Parameter(torch.randn(1, 1, c)) if cls else None
        self.position = nn.Parameter(torch.randn(1, tokens, c) * 0.1)
        norm = Rms if rms else nn.LayerNorm
        self.post = post
        self.attend = nn.ModuleList(Attention(how, c, tokens=tokens) for _ in range(2))
        self.mlp = nn.ModuleList(
            SwiGlu(c) if swiglu else nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c)) for _ in range(2)
        )
        self.n1, self.n2 = (nn.ModuleList(norm(c) for _ in range(2)) for _ in range(2))
        self.norm, self.head = norm(c), nn.Linear(c, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        if self.cls is not None:
            x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), 1)
        x = x + self.position
        for attend, mlp, n1, n2 in zip(self.attend, self.mlp, self.n1, self.n2):
            if self.post:
                x = n1(x + attend(x))
                x = n2(x + mlp(x))
            else:
                x = x + attend(n1(x))
                x = x + mlp(n2(x))
        x = self.norm(x)
        return self.head(x[:, 0] if self.cls is not None else x.mean(1))


class Rms(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(c))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class SwiGlu(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate, self.up, self.down = nn.Linear(c, 2 * c), nn.Linear(c, 2 * c), nn.Linear(2 * c, c)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class TokenMixer(nn.Module):
    """MLP-Mixer by einsum over tokens."""

    def __init__(self, c=24):
        super().__init__()
        self.patch = nn.Conv2d(3, c, 4, 4)
        self.a, self.b = (nn.Parameter(torch.randn(*s) * 0.2) for s in ((16, 20), (20, 16)))
        self.norm, self.mlp = nn.LayerNorm(c), nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))
        self.head = nn.Linear(c, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2)
        x = x + torch.einsum("bct,ts->bcs", F.gelu(torch.einsum("bct,ts->bcs", x, self.a)), self.b)
        x = x.transpose(1, 2)
        return self.head((x + self.mlp(self.norm(x))).mean(1))


class TokenBatchNorm(nn.Module):
    """LeViT: BatchNorm over the features of tokens."""

    def __init__(self, c=24):
        super().__init__()
        self.patch, self.a, self.b = conv_bn(3, c, 4, 4), nn.Linear(c, 2 * c, bias=False), nn.Linear(2 * c, c, bias=False)
        self.na, self.nb, self.head = nn.BatchNorm1d(2 * c), nn.BatchNorm1d(c), nn.Linear(c, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        h = self.a(x)
        h = F.hardswish(self.na(h.flatten(0, 1)).reshape_as(h))
        h = self.b(h)
        return self.head((x + self.nb(h.flatten(0, 1)).reshape_as(h)).mean(1))


class Detr(nn.Module):
    """Encoder and decoder with learned queries (nn.Transformer)."""

    def __init__(self, c=24):
        super().__init__()
        self.backbone = nn.Sequential(conv_bn(3, 16, s=2), nn.Conv2d(16, c, 4, 4))
        self.transformer = nn.Transformer(c, 3, 1, 2, 48, batch_first=True)
        self.row, self.query = nn.Parameter(torch.randn(1, 16, c)), nn.Parameter(torch.randn(5, c))
        self.names, self.boxes = nn.Linear(c, 4), nn.Sequential(nn.Linear(c, c), nn.ReLU(), nn.Linear(c, 4))

    def forward(self, x):
        h = self.backbone(x).flatten(2).transpose(1, 2) + self.row
        y = self.transformer(h, self.query[None].expand(x.shape[0], -1, -1))
        return self.names(y), self.boxes(y).sigmoid()


def group_norm_resnet():
    import torchvision

    return torchvision.models.resnet18(weights=None, norm_layer=lambda c: nn.GroupNorm(8, c)), (3, 64, 64)


def plain_resnet(**changes):
    import torchvision

    return torchvision.models.ResNet(torchvision.models.resnet.Bottleneck, [1, 1, 1, 1], **changes), (3, 64, 64)


def image(build, size=16):
    return lambda: (build(), (3, size, size))


CASES = {
    "unet-transposed": image(lambda: UNet(True), 32),
    "unet-bilinear": image(lambda: UNet(False), 32),
    "super-resolution-2": image(lambda: SuperResolution(2)),
    "super-resolution-3": image(lambda: SuperResolution(3)),
    "esrgan": image(Esrgan),
    "style": image(Style, 32),
    "generator": lambda: (Generator(), (3, 4, 4)),
    "autoencoder": image(Autoencoder, 32),
    "yolo": image(Yolo, 32),
    "yolo-anchors": image(YoloAnchors, 32),
    "fpn-resnet18": image(lambda: Pyramid("resnet18"), 64),
    "fpn-mobilenet": image(lambda: Pyramid("mobilenet_v3_small"), 64),
    "bifpn": image(BiFpn, 32),
    "depth-head": image(DepthHead, 32),
    "resnet-group-norm": group_norm_resnet,
    "resnet-dilated": lambda: plain_resnet(replace_stride_with_dilation=[False, True, True]),
    "resnext-small": lambda: plain_resnet(groups=32, width_per_group=4),
    "token-mixer": image(TokenMixer),
    "token-batch-norm": image(TokenBatchNorm),
    "detr": image(Detr, 32),
    "attention-rms-swiglu": image(lambda: Transformer("sdpa", rms=True, swiglu=True)),
    "attention-post-norm": image(lambda: Transformer("separate", post=True)),
    "attention-class-token": image(lambda: Transformer("fused", cls=True)),
    "conv-transformer": image(lambda: Net(conv_bn(12, 12), 12, 12), 16),
} | {
    f"attention-{how}": image(lambda how=how: Transformer(how))
    for how in (
        "separate fused chunk fused-interleaved sdpa einsum bias window rotary norm grouped multi-query linear cosine talking"
    ).split()
}  # fmt: skip
