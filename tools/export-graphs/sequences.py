"""Networks on sequences and volumes: recurrent, convolutional and attention models, and those of transformers.

Networks that read tokens get them as numbers in single precision, cast to integers in the graph, since the networks to be
merged have one input of that type.
"""

import functools

import torch
from torch import nn
from torch.nn import functional as F


class Recurrent(nn.Module):
    """A recurrent classifier on [batch, steps, features]; what it reads off is the last step or the mean."""

    def __init__(self, kind, layers=1, both=False, last=True, batch_first=True, project=0):
        super().__init__()
        options = dict(proj_size=project) if project else {}
        self.batch_first, self.last = batch_first, last
        self.cell = getattr(nn, kind)(6, 16, layers, batch_first=batch_first, bidirectional=both, **options)
        self.head = nn.Linear((project or 16) * (2 if both else 1), 4)

    def forward(self, x):
        if not self.batch_first:
            x = x.transpose(0, 1)
        y = self.cell(x)[0]
        if not self.batch_first:
            y = y.transpose(0, 1)
        return self.head(y[:, -1] if self.last else y.mean(1))


class FinalState(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.LSTM(6, 16, batch_first=True, bidirectional=True), nn.Linear(32, 4)

    def forward(self, x):
        h = self.cell(x)[1][0]
        return self.head(torch.cat((h[0], h[1]), 1))


class Cells(nn.Module):
    """A loop over cells, unrolled by the exporter."""

    def __init__(self, kind):
        super().__init__()
        self.lstm = kind == "LSTM"
        self.cell, self.head = getattr(nn, kind + "Cell")(6, 12), nn.Linear(12, 4)

    def forward(self, x):
        h = x.new_zeros(x.shape[0], 12)
        c = h
        for t in range(5):
            if self.lstm:
                h, c = self.cell(x[:, t], (h, c))
            else:
                h = self.cell(x[:, t], h)
        return self.head(h)


class Crnn(nn.Module):
    """Text recognition: convolutions, columns as steps, a bidirectional LSTM."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, padding=1), nn.ReLU()
        )
        self.cell, self.head = nn.LSTM(12 * 4, 10, bidirectional=True), nn.Linear(20, 6)

    def forward(self, x):
        h = self.conv(x)
        n, c, a, b = h.shape
        y = self.cell(h.permute(3, 0, 1, 2).reshape(b, n, c * a))[0]
        return self.head(y).transpose(0, 1)


class Encoder(nn.Module):
    """nn.TransformerEncoder over features, with a causal mask or none."""

    def __init__(self, first, causal=False, batch_first=True):
        super().__init__()
        layer = nn.TransformerEncoderLayer(24, 3, 48, batch_first=batch_first, norm_first=first, activation="gelu")
        self.batch_first = batch_first
        self.embed, self.body = nn.Linear(6, 24), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.position, self.head = nn.Parameter(torch.randn(1, 10, 24)), nn.Linear(24, 4)
        self.register_buffer("mask", torch.triu(torch.full((10, 10), float("-inf")), 1) if causal else None)

    def forward(self, x):
        h = self.embed(x) + self.position
        causal = self.mask is not None
        if not self.batch_first:
            return self.head(self.body(h.transpose(0, 1), mask=self.mask, is_causal=causal).mean(0))
        return self.head(self.body(h, mask=self.mask, is_causal=causal).mean(1))


class CausalConv(nn.Module):
    """WaveNet: gated dilated convolutions with skips to the output."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(2, 12, 1)
        self.gated = nn.ModuleList(nn.Conv1d(12, 24, 2, dilation=d) for d in (1, 2, 4))
        self.skip, self.rest = (nn.ModuleList(nn.Conv1d(12, o, 1) for _ in range(3)) for o in (16, 12))
        self.last = nn.Sequential(nn.ReLU(), nn.Conv1d(16, 8, 1), nn.ReLU(), nn.Conv1d(8, 4, 1))

    def forward(self, x):
        x, out = self.first(x), 0
        for gated, skip, rest in zip(self.gated, self.skip, self.rest):
            a, b = gated(F.pad(x, (gated.dilation[0], 0))).chunk(2, 1)
            y = torch.tanh(a) * torch.sigmoid(b)
            out = out + skip(y)
            x = x + rest(y)
        return self.last(out)


class Conformer(nn.Module):
    def __init__(self, c=24):
        super().__init__()
        self.embed = nn.Linear(6, c)
        half = lambda: nn.Sequential(nn.LayerNorm(c), nn.Linear(c, 2 * c), nn.SiLU(), nn.Linear(2 * c, c))  # noqa: E731
        self.f1, self.f2 = half(), half()
        self.norm, self.attend = nn.LayerNorm(c), nn.MultiheadAttention(c, 3, batch_first=True)
        self.cn, self.c1, self.cd = nn.LayerNorm(c), nn.Conv1d(c, 2 * c, 1), nn.Conv1d(c, c, 5, padding=2, groups=c)
        self.bn, self.c2 = nn.BatchNorm1d(c), nn.Conv1d(c, c, 1)
        self.last, self.head = nn.LayerNorm(c), nn.Linear(c, 4)

    def forward(self, x):
        x = self.embed(x)
        x = x + 0.5 * self.f1(x)
        y = self.norm(x)
        x = x + self.attend(y, y, y, need_weights=False)[0]
        y = self.cd(F.glu(self.c1(self.cn(x).transpose(1, 2)), 1))
        x = x + self.c2(F.silu(self.bn(y))).transpose(1, 2)
        return self.head(self.last(x + 0.5 * self.f2(x)).mean(1))


class PointNet(nn.Module):
    """Shared layers on points, the maximum over points beside each point's own features, an input transform."""

    def __init__(self):
        super().__init__()
        self.t = nn.Sequential(nn.Conv1d(3, 8, 1), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(8, 9))
        self.a = nn.Sequential(nn.Conv1d(3, 12, 1), nn.BatchNorm1d(12), nn.ReLU())
        self.b = nn.Sequential(nn.Conv1d(12, 20, 1), nn.BatchNorm1d(20), nn.ReLU())
        self.head = nn.Sequential(nn.Conv1d(32, 16, 1), nn.ReLU(), nn.Conv1d(16, 5, 1))

    def forward(self, x):
        x = torch.bmm(self.t(x).view(-1, 3, 3), x)
        a = self.a(x)
        g = self.b(a).amax(2, keepdim=True).expand(-1, -1, x.shape[2])
        return self.head(torch.cat((a, g), 1))


class GraphConvolution(nn.Module):
    """A fixed graph: the adjacency is a constant on the left."""

    def __init__(self):
        super().__init__()
        self.register_buffer("adjacency", torch.rand(9, 9).softmax(-1))
        self.a, self.b, self.head = nn.Linear(6, 16), nn.Linear(16, 12), nn.Linear(12, 4)

    def forward(self, x):
        h = F.relu(self.adjacency @ self.a(x))
        return self.head(F.relu(self.b(self.adjacency @ h)).amax(1))


class Tabular(nn.Module):
    """FT-Transformer: each feature its own embedding vector, a class token, attention."""

    def __init__(self, c=16):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(8, c)), nn.Parameter(torch.randn(8, c))
        self.cls = nn.Parameter(torch.randn(1, 1, c))
        self.norm, self.attend = nn.LayerNorm(c), nn.MultiheadAttention(c, 2, batch_first=True)
        self.mlp, self.head = nn.Sequential(nn.LayerNorm(c), nn.Linear(c, 32), nn.ReLU(), nn.Linear(32, c)), nn.Linear(c, 3)

    def forward(self, x):
        h = x[:, :, None] * self.weight + self.bias
        h = torch.cat((self.cls.expand(x.shape[0], -1, -1), h), 1)
        y = self.norm(h)
        h = h + self.attend(y, y, y, need_weights=False)[0]
        return self.head((h + self.mlp(h))[:, 0])


class Tokens(nn.Module):
    """Numbers to token indices; then the model."""

    def __init__(self, model, vocabulary):
        super().__init__()
        self.model, self.vocabulary = model, vocabulary

    def forward(self, x):
        return self.model((x.abs() * 10).long().clamp(max=self.vocabulary - 1))


class TextClassifier(nn.Module):
    """Embeddings, convolutions of several widths over them, maxima concatenated (TextCNN)."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 12)
        self.convs = nn.ModuleList(nn.Conv1d(12, 8, k) for k in (2, 3, 4))
        self.head = nn.Linear(24, 3)

    def forward(self, ids):
        h = self.embed(ids).transpose(1, 2)
        return self.head(torch.cat([F.relu(conv(h)).amax(2) for conv in self.convs], 1))


class Tied(nn.Module):
    """A language model whose output layer is the embedding."""

    def __init__(self):
        super().__init__()
        self.embed, self.cell = nn.Embedding(50, 12), nn.GRU(12, 12, batch_first=True)

    def forward(self, ids):
        return F.linear(self.cell(self.embed(ids))[0], self.embed.weight)


class Volume(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv3d(1, 8, 3, padding=1), nn.BatchNorm3d(8), nn.ReLU(), nn.MaxPool3d(2),
            nn.Conv3d(8, 12, 3, padding=1, groups=4), nn.InstanceNorm3d(12, affine=True), nn.LeakyReLU(),
            nn.ConvTranspose3d(12, 6, 2, 2), nn.Conv3d(6, 2, 1),
        )  # fmt: skip

    def forward(self, x):
        return self.body(x)


class StateSpace(nn.Module):
    """A gated linear recurrence (S4D/Mamba in small), its steps unrolled."""

    def __init__(self, c=12, s=4):
        super().__init__()
        self.into, self.conv = nn.Linear(6, 2 * c), nn.Conv1d(c, c, 3, padding=2, groups=c)
        self.log, self.bc, self.delta = nn.Parameter(torch.rand(c, s)), nn.Linear(c, 2 * s), nn.Linear(c, c)
        self.skip, self.head = nn.Parameter(torch.ones(c)), nn.Linear(c, 4)

    def forward(self, x):
        x, gate = self.into(x).chunk(2, -1)
        x = F.silu(self.conv(x.transpose(1, 2))[..., :10].transpose(1, 2))
        b, c = self.bc(x).chunk(2, -1)
        delta = F.softplus(self.delta(x))
        a = -torch.exp(self.log)
        h, out = 0, []
        for t in range(10):
            h = torch.exp(delta[:, t, :, None] * a) * h + delta[:, t, :, None] * x[:, t, :, None] * b[:, t, None]
            out.append((h * c[:, t, None]).sum(-1))
        y = (torch.stack(out, 1) + x * self.skip) * F.silu(gate)
        return self.head(y.mean(1))


def steps(build, *shape):
    return lambda: (build(), shape or (10, 6))


CASES = {
    "lstm": steps(lambda: Recurrent("LSTM")),
    "lstm-two-both": steps(lambda: Recurrent("LSTM", 2, True)),
    "lstm-mean": steps(lambda: Recurrent("LSTM", 2, last=False)),
    "lstm-time-first": steps(lambda: Recurrent("LSTM", batch_first=False)),
    "lstm-final-state": steps(FinalState),
    "gru": steps(lambda: Recurrent("GRU")),
    "gru-two-both": steps(lambda: Recurrent("GRU", 2, True, False)),
    "rnn-tanh": steps(lambda: Recurrent("RNN", 1, True)),
    "lstm-cells": steps(lambda: Cells("LSTM")),
    "gru-cells": steps(lambda: Cells("GRU")),
    "crnn": steps(Crnn, 1, 8, 20),
    "encoder-post-norm": steps(lambda: Encoder(False)),
    "encoder-pre-norm": steps(lambda: Encoder(True)),
    "encoder-causal": steps(lambda: Encoder(True, True)),
    "encoder-time-first": steps(lambda: Encoder(False, batch_first=False)),
    "wavenet": steps(CausalConv, 2, 24),
    "conformer": steps(Conformer),
    "point-net": steps(PointNet, 3, 20),
    "graph-convolution": steps(GraphConvolution, 9, 6),
    "tabular-attention": steps(Tabular, 8),
    "text-cnn": steps(lambda: Tokens(TextClassifier(), 50), 12),
    "tied-embedding": steps(lambda: Tokens(Tied(), 50), 12),
    "volume": steps(Volume, 1, 8, 8, 8),
    "state-space": steps(StateSpace),
}

# ---- transformers ---------------------------------------------------------------------------------------------------

SMALL = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96)
TEXT = dict(vocab_size=100, max_position_embeddings=64, **SMALL)
DECODER = dict(vocab_size=100, max_position_embeddings=64, use_cache=False, **SMALL)
GPT2 = dict(vocab_size=100, n_positions=64, n_embd=48, n_layer=2, n_head=4, use_cache=False)
VIEW = dict(image_size=32, patch_size=8, **SMALL)

# name -> (configuration class, model class, what changes)
READERS = {
    "bert": ("BertConfig", "BertForSequenceClassification", TEXT),
    "distilbert": (
        "DistilBertConfig",
        "DistilBertForSequenceClassification",
        dict(vocab_size=100, dim=48, n_layers=2, n_heads=4, hidden_dim=96, max_position_embeddings=64),
    ),
    "roberta": ("RobertaConfig", "RobertaModel", TEXT),
    "albert": ("AlbertConfig", "AlbertModel", dict(embedding_size=16, **TEXT)),
    "electra": ("ElectraConfig", "ElectraModel", dict(embedding_size=16, **TEXT)),
    "deberta-v2": ("DebertaV2Config", "DebertaV2Model", dict(relative_attention=True, pos_att_type=["p2c", "c2p"], **TEXT)),
    "mobilebert": (
        "MobileBertConfig",
        "MobileBertModel",
        dict(TEXT, embedding_size=16, intra_bottleneck_size=16, true_hidden_size=16),
    ),
    "modernbert": ("ModernBertConfig", "ModernBertModel", dict(TEXT, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)),
    "squeezebert": ("SqueezeBertConfig", "SqueezeBertModel", dict(TEXT, embedding_size=48)),
    "fnet": ("FNetConfig", "FNetModel", dict(vocab_size=100, hidden_size=48, num_hidden_layers=2, intermediate_size=96)),
    "gpt2": ("GPT2Config", "GPT2LMHeadModel", GPT2),
    "gpt-neox": ("GPTNeoXConfig", "GPTNeoXForCausalLM", DECODER),
    "opt": ("OPTConfig", "OPTForCausalLM", dict(DECODER, ffn_dim=96, word_embed_proj_dim=48)),
    "bloom": ("BloomConfig", "BloomForCausalLM", dict(vocab_size=100, hidden_size=48, n_layer=2, n_head=4, use_cache=False)),
    "llama": ("LlamaConfig", "LlamaForCausalLM", dict(num_key_value_heads=2, **DECODER)),
    "mistral": ("MistralConfig", "MistralForCausalLM", dict(num_key_value_heads=2, **DECODER)),
    "qwen2": ("Qwen2Config", "Qwen2ForCausalLM", dict(num_key_value_heads=2, **DECODER)),
    "qwen3": ("Qwen3Config", "Qwen3ForCausalLM", dict(num_key_value_heads=2, head_dim=12, **DECODER)),
    "gemma": ("GemmaConfig", "GemmaForCausalLM", dict(num_key_value_heads=1, head_dim=12, **DECODER)),
    "phi": ("PhiConfig", "PhiForCausalLM", DECODER),
    "falcon": ("FalconConfig", "FalconForCausalLM", dict(DECODER, multi_query=True, parallel_attn=True)),
    "mixtral": (
        "MixtralConfig",
        "MixtralForCausalLM",
        dict(num_key_value_heads=2, num_local_experts=3, num_experts_per_tok=2, **DECODER),
    ),
    "mamba": ("MambaConfig", "MambaForCausalLM", dict(vocab_size=100, hidden_size=24, num_hidden_layers=1, state_size=4, use_cache=False)),
    "t5-encoder": ("T5Config", "T5EncoderModel", dict(vocab_size=100, d_model=48, d_kv=12, d_ff=96, num_layers=2, num_heads=4)),
    "t5-gated-encoder": (
        "T5Config",
        "T5EncoderModel",
        dict(vocab_size=100, d_model=48, d_kv=8, d_ff=96, num_layers=2, num_heads=4, feed_forward_proj="gated-gelu"),
    ),
}  # fmt: skip

# name -> (configuration class, model class, what changes, shape of the input)
VIEWERS = {
    "vit": ("ViTConfig", "ViTForImageClassification", VIEW, (3, 32, 32)),
    "deit": ("DeiTConfig", "DeiTForImageClassification", VIEW, (3, 32, 32)),
    "beit": ("BeitConfig", "BeitForImageClassification", dict(VIEW, use_relative_position_bias=True), (3, 32, 32)),
    "dinov2": ("Dinov2Config", "Dinov2ForImageClassification", dict(VIEW, use_swiglu_ffn=True), (3, 32, 32)),
    "clip-vision": ("CLIPVisionConfig", "CLIPVisionModel", VIEW, (3, 32, 32)),
    "siglip-vision": ("SiglipVisionConfig", "SiglipVisionModel", VIEW, (3, 32, 32)),
    "vivit": ("VivitConfig", "VivitModel", dict(SMALL, image_size=32, num_frames=4, tubelet_size=[2, 8, 8]), (4, 3, 32, 32)),
    "timesformer": ("TimesformerConfig", "TimesformerModel", dict(VIEW, num_frames=2), (2, 3, 32, 32)),
    "yolos": ("YolosConfig", "YolosForObjectDetection", dict(SMALL, image_size=[32, 32], patch_size=8, num_detection_tokens=5), (3, 32, 32)),
    "segformer": ("SegformerConfig", "SegformerForSemanticSegmentation", dict(depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 24, 32], num_attention_heads=[1, 2, 3, 4], decoder_hidden_size=24), (3, 64, 64)),
    "swin": ("SwinConfig", "SwinForImageClassification", dict(image_size=32, patch_size=2, embed_dim=12, depths=[2, 2], num_heads=[2, 4], window_size=4), (3, 32, 32)),
    "swin2sr": ("Swin2SRConfig", "Swin2SRForImageSuperResolution", dict(image_size=16, embed_dim=12, depths=[2], num_heads=[2], window_size=4, upscale=2), (3, 16, 16)),
    "mobilevit": ("MobileViTConfig", "MobileViTForImageClassification", dict(image_size=64, hidden_sizes=[24, 32, 40], neck_hidden_sizes=[8, 8, 12, 16, 20, 24, 40]), (3, 64, 64)),
    "convnext": ("ConvNextConfig", "ConvNextForImageClassification", dict(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 2, 1]), (3, 64, 64)),
    "resnet": ("ResNetConfig", "ResNetForImageClassification", dict(embedding_size=8, hidden_sizes=[16, 24, 32, 40], depths=[1, 1, 1, 1]), (3, 64, 64)),
    "regnet": ("RegNetConfig", "RegNetForImageClassification", dict(embedding_size=8, hidden_sizes=[16, 24, 32, 40], depths=[1, 1, 1, 1], groups_width=8), (3, 64, 64)),
    "bit": ("BitConfig", "BitForImageClassification", dict(embedding_size=32, hidden_sizes=[32, 64, 96, 128], depths=[1, 1, 1, 1], num_groups=8), (3, 64, 64)),
    "poolformer": ("PoolFormerConfig", "PoolFormerForImageClassification", dict(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1]), (3, 64, 64)),
    "pvt": ("PvtConfig", "PvtForImageClassification", dict(image_size=64, hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 3, 4]), (3, 64, 64)),
    "audio-spectrogram": ("ASTConfig", "ASTForAudioClassification", dict(SMALL, patch_size=8, frequency_stride=8, time_stride=8, max_length=32, num_mel_bins=16), (32, 16)),
    "whisper-encoder": ("WhisperConfig", "whisper_encoder", dict(d_model=48, encoder_layers=2, encoder_attention_heads=4, encoder_ffn_dim=96, num_mel_bins=20, max_source_positions=30, vocab_size=100, decoder_layers=1, pad_token_id=0, bos_token_id=1, eos_token_id=2), (20, 60)),
    "wav2vec2": ("Wav2Vec2Config", "Wav2Vec2Model", dict(SMALL, conv_dim=(16, 16), conv_stride=(5, 2), conv_kernel=(10, 3), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, apply_spec_augment=False), (400,)),
    "wav2vec2-layer": ("Wav2Vec2Config", "Wav2Vec2ForCTC", dict(SMALL, vocab_size=20, feat_extract_norm="layer", do_stable_layer_norm=True, conv_dim=(16, 16), conv_stride=(5, 2), conv_kernel=(10, 3), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, apply_spec_augment=False), (400,)),
    "patch-time-series": ("PatchTSTConfig", "PatchTSTForPrediction", dict(d_model=16, num_hidden_layers=2, num_attention_heads=4, ffn_dim=32, num_input_channels=3, context_length=32, patch_length=8, patch_stride=8, prediction_length=4), (32, 3)),
    "patch-mixer": ("PatchTSMixerConfig", "PatchTSMixerForPrediction", dict(context_length=32, patch_length=8, patch_stride=8, num_input_channels=3, d_model=16, num_layers=2, prediction_length=4), (32, 3)),
}  # fmt: skip


class First(nn.Module):
    """The first output of a model that gives a record."""

    def __init__(self, model, masked=False):
        super().__init__()
        self.model, self.masked = model, masked

    def forward(self, x):
        # A mask that is given spares decoders the search for several texts in one row.
        options = dict(attention_mask=torch.ones_like(x)) if self.masked else {}
        return self.model(x, return_dict=False, **options)[0]


def transformers_model(configuration, model, changes):
    import transformers

    settings = getattr(transformers, configuration)(**changes)
    make = transformers.WhisperModel if model == "whisper_encoder" else getattr(transformers, model)
    try:
        settings._attn_implementation = "eager" if len(configuration) % 2 else "sdpa"
        made = make(settings)
    except ValueError:  # it has one implementation only
        settings._attn_implementation = "eager"
        made = make(settings)
    return made.encoder if model == "whisper_encoder" else made


def reader(configuration, model, changes):
    return Tokens(First(transformers_model(configuration, model, changes), "use_cache" in changes), 100), (16,)


def viewer(configuration, model, changes, shape):
    return First(transformers_model(configuration, model, changes)), shape


def transformers_cases():
    found = {name: functools.partial(reader, *what) for name, what in READERS.items()}
    found.update((name, functools.partial(viewer, *what)) for name, what in VIEWERS.items())
    return found
