"""The networks to export: name -> a function that gives (module, shape of one image)."""

import functools

import blocks
import sequences
import vision

# Convolutional networks take any size: small images keep the test runs short.
SMALL = 96

# name of the model, and what to change: "size" is the image's, the rest goes to timm.create_model.
TIMM_CONVOLUTIONS = """
resnet18d resnet26t resnetaa50 resnetblur18 resnet33ts seresnet18 legacy_seresnet18 seresnet33ts seresnext26t_32x4d
ecaresnet26t ecaresnet50t eca_resnet33ts eca_resnext26ts gcresnet33ts gcresnext26ts skresnet18 skresnext50_32x4d resnest14d
res2net50_14w_8s res2next50 resnetv2_18 resnetv2_50 resnetv2_50d_gn resnetv2_50d_evos cspresnet50 cspresnext50 cspdarknet53
darknet17 darknet53 darknetaa53 cs3darknet_s cs3darknet_focus_s cs3sedarknet_l cs3edgenet_x dla34 dla46_c dla46x_c
dla60_res2net dla60_res2next dpn48b dpn68 dpn68b hrnet_w18_small hrnet_w18_small_v2 ese_vovnet19b_slim_dw ese_vovnet19b_dw
vovnet39a eca_vovnet39b ghostnet_050 ghostnetv2_100 ghostnetv3_050 repghostnet_050 rexnet_100 rexnetr_100 tinynet_e mixnet_s
tf_mixnet_s xception41 xception41p legacy_xception selecsls42 selecsls60b nf_resnet26 nf_regnet_b0 nf_ecaresnet26
nf_seresnet26 eca_nfnet_l0 nfnet_l0 regnetz_b16 regnetz_c16 regnetz_b16_evos regnetx_002 regnety_002 tf_efficientnetv2_b0
efficientnetv2_rw_t efficientnet_b0_gn efficientnet_lite0 tf_efficientnet_lite0 efficientnet_es efficientnet_b0_g16_evos
efficientnet_blur_b0 tf_efficientnet_cc_b0_4e test_efficientnet test_efficientnet_gn test_efficientnet_ln
test_efficientnet_evos mobilenetv1_100 mobilenetv2_035 mobilenetv3_small_050 tf_mobilenetv3_small_minimal_100
mobilenetv4_conv_small mobilenetv4_conv_aa_medium mobilenetv4_hybrid_medium mobileone_s0 mobilenet_edgetpu_v2_xs mnasnet_small
semnasnet_075 spnasnet_100 fbnetc_100 fbnetv3_b hardcorenas_a lcnet_050 repvgg_a0 repvit_m0_9 convmixer_768_32 convnext_atto
convnext_atto_ols convnext_tiny_hnf convnext_zepto_rms convnext_zepto_rms_ols convnextv2_atto test_convnext test_convnext2
test_convnext3 inception_next_atto poolformer_s12 poolformerv2_s12 convformer_s18 caformer_s18 vgg11_bn vgg13
densenet121 densenetblur121d hgnetv2_b0 hgnet_tiny lcnetv2_small lowformer_b0 cpubone_nano csatv2 resnetrs50 gernet_s resnet51q resnet61q tresnet_m tresnet_v2_l lambda_resnet26t mambaout_femto starnet_s050
starnet_s1 shvit_s1 rdnet_tiny fasternet_t0 edgenext_xx_small mobilevit_xxs mobilevitv2_050 efficientvit_b0 efficientvit_l1
fastvit_t8 fastvit_sa12 focalnet_tiny_srf test_resnet test_byobnet test_nfnet convit_tiny
pvt_v2_b0 twins_pcpvt_small twins_svt_small davit_tiny edgenext_x_small efficientnet_cc_b0_8e
resnet18 regnetv_040 dla102x2 swiftformer_xs mobilenetv3_large_075
""".split()

TIMM_SIZES = {
    "inception_v4": 128, "inception_resnet_v2": 128, "inception_v3": 128, "nasnetalarge": 96, "pnasnet5large": 96,
    "botnet26t_256": 256, "lambda_resnet26rpt_256": 256, "lamhalobotnet50ts_256": 256, "halonet_h1": 256, "halonet26t": 256, "sehalonet33ts": 256,
    "eca_halonext26ts": 256, "bat_resnext26ts": 256, "haloregnetz_b": 224, "sebotnet33ts_256": 256,
    "pit_ti_224": 224, "pit_ti_distilled_224": 224, "levit_128s": 224, "levit_conv_128s": 224, "efficientformer_l1": 224,
    "efficientformerv2_s0": 224, "gcvit_xxtiny": 224, "nest_tiny": 224, "nest_tiny_jx": 224, "coat_lite_tiny": 224,
    "coat_tiny": 224, "maxvit_pico_rw_256": 256, "maxvit_rmlp_pico_rw_256": 256, "maxvit_nano_rw_256": 256,
    "maxxvit_rmlp_nano_rw_256": 256, "maxxvitv2_nano_rw_256": 256, "coatnet_pico_rw_224": 224, "coatnet_nano_rw_224": 224,
    "coatnet_bn_0_rw_224": 224, "coatnet_rmlp_nano_rw_224": 224, "coatnext_nano_rw_224": 224, "tiny_vit_5m_224": 224,
    "efficientvit_m0": 224, "efficientvit_m2": 224, "hiera_tiny_224": 224, "nextvit_small": 224, "crossvit_tiny_240": 240,
    "crossvit_9_dagger_240": 240, "mixer_s32_224": 224, "gmixer_12_224": 224, "resmlp_12_224": 224, "gmlp_ti16_224": 224,
    "volo_d1_224": 224, "sequencer2d_s": 224, "swin_s3_tiny_224": 224, "mvitv2_tiny": 224, "test_mambaout": 160,
    "test_vit": 160, "test_vit2": 160, "test_vit3": 160, "test_vit4": 160,
}  # fmt: skip

TINY = dict(embed_dim=96, depth=3, num_heads=3)

TIMM_CHANGED = {
    "vit_tiny_patch16_224": dict(size=64, img_size=64, depth=4),
    "deit_tiny_patch16_224": dict(size=64, img_size=64, depth=4),
    "deit_tiny_distilled_patch16_224": dict(size=64, img_size=64, depth=4),
    "deit3_small_patch16_224": dict(size=64, img_size=64, depth=4),
    "vit_small_patch16_18x2_224": dict(size=64, img_size=64, depth=3),
    "vit_medium_patch16_gap_240": dict(size=64, img_size=64, depth=3),
    "vit_wee_patch16_reg1_gap_256": dict(size=64, img_size=64, depth=3),
    "vit_pwee_patch16_reg1_gap_256": dict(size=64, img_size=64, depth=3),
    "vit_dwee_patch16_reg1_gap_256": dict(size=64, img_size=64, depth=3),
    "vit_dpwee_patch16_reg1_gap_256": dict(size=64, img_size=64, depth=3),
    "vit_little_patch16_reg4_gap_256": dict(size=64, img_size=64, depth=3),
    "vit_srelpos_small_patch16_224": dict(size=64, img_size=64, depth=3),
    "vit_relpos_small_patch16_224": dict(size=64, img_size=64, depth=3),
    "vit_relpos_small_patch16_rpn_224": dict(size=64, img_size=64, depth=3),
    "vit_base_patch16_siglip_224": dict(size=64, img_size=64, **TINY),
    "vit_base_patch16_siglip_gap_224": dict(size=64, img_size=64, **TINY),
    "vit_base_patch16_clip_224": dict(size=64, img_size=64, **TINY),
    "vit_base_patch16_clip_quickgelu_224": dict(size=64, img_size=64, **TINY),
    "vit_base_patch16_xp_224": dict(size=64, img_size=64, **TINY),
    "vit_base_patch16_rpn_224": dict(size=64, img_size=64, **TINY),
    "visformer_tiny": dict(size=64, img_size=64),
    "beit3_base_patch16_224": dict(size=64, img_size=64, **TINY),
    "aimv2_large_patch14_224": dict(size=70, img_size=70, **TINY),
    "flexivit_small": dict(size=64, img_size=64, depth=3),
    "sam2_hiera_tiny": dict(size=128),
    "vit_tiny_r_s16_p8_224": dict(size=128, img_size=128, depth=3),
    "vit_small_patch14_reg4_dinov2": dict(size=70, img_size=70, depth=3),
    "vit_giant_patch14_dinov2": dict(size=70, img_size=70, **TINY),
    "vit_small_patch16_dinov3": dict(size=64, img_size=64, depth=3),
    "vit_small_patch16_dinov3_qkvb": dict(size=64, img_size=64, depth=3),
    "vit_small_plus_patch16_dinov3": dict(size=64, img_size=64, depth=3),
    "vit_base_patch16_rope_reg1_gap_256": dict(size=64, img_size=64, **TINY),
    "vit_small_patch16_rope_224": dict(size=64, img_size=64, depth=3),
    "vit_small_patch16_rope_mixed_224": dict(size=64, img_size=64, depth=3),
    "vit_small_patch16_rope_ape_224": dict(size=64, img_size=64, depth=3),
    "eva02_tiny_patch14_224": dict(size=70, img_size=70, depth=3),
    "eva_giant_patch14_224": dict(size=70, img_size=70, **TINY),
    "vit_pe_core_tiny_patch16_384": dict(size=64, img_size=64, depth=3),
    "beit_base_patch16_224": dict(size=64, img_size=64, **TINY),
    "beitv2_base_patch16_224": dict(size=64, img_size=64, **TINY),
    "samvit_base_patch16_224": dict(size=64, img_size=64, **TINY),
    "cait_xxs24_224": dict(size=64, img_size=64, depth=3),
    "xcit_nano_12_p16_224": dict(size=64, depth=3),
    "xcit_tiny_12_p8_224": dict(size=64, depth=3),
    "tnt_s_patch16_224": dict(size=64, img_size=64, depth=3),
    "convit_tiny": dict(size=64, img_size=64, depth=4),
    "vitamin_small_224": dict(size=64, img_size=64),
    "swin_tiny_patch4_window7_224": dict(size=112, img_size=112, depths=(2, 2, 2)),
    "swinv2_tiny_window8_256": dict(size=128, img_size=128, depths=(2, 2, 2)),
    "swinv2_cr_tiny_ns_224": dict(size=128, img_size=128, depths=(2, 2, 2)),
    "hieradet_small": dict(size=128),
    "naflexvit_base_patch16_gap": dict(size=64, **TINY),
    "features:resnet18": dict(size=SMALL, features_only=True),
    "features:swin_tiny_patch4_window7_224": dict(size=112, img_size=112, features_only=True),
    "pooled:resnet26t": dict(size=SMALL, global_pool="catavgmax"),
    "headless:mobilenetv3_small_050": dict(size=SMALL, num_classes=0),
}


def timm_case(name, size, **changes):
    import timm

    model = timm.create_model(name.split(":")[-1], pretrained=False, **changes)
    return blocks.Plain(model), (3, size, size)


TORCHVISION = {
    "deeplabv3_mobilenet_v3_large": ("segmentation", 128),
    "fcn_resnet50": ("segmentation", 128),
    "lraspp_mobilenet_v3_large": ("segmentation", 128),
    "r3d_18": ("video", 32),
    "mc3_18": ("video", 32),
    "r2plus1d_18": ("video", 32),
    "s3d": ("video", 224),
    "mvit_v2_s": ("video", 224),
    "swin3d_t": ("video", 56),
    "resnet18": ("", 64),
    "vit_b_32": ("", 224),
}


def torchvision_case(name, kind, size):
    import torchvision

    if kind == "segmentation":
        model = torchvision.models.get_model(name, weights=None, weights_backbone=None)
        return blocks.Plain(model), (3, size, size)
    if kind == "video":
        return torchvision.models.get_model(name, weights=None), (3, 16, size, size)
    return torchvision.models.get_model(name, weights=None), (3, size, size)


def all_cases():
    found = {}
    for name in TIMM_CONVOLUTIONS:
        found[f"timm-{name}"] = functools.partial(timm_case, name, SMALL)
    for name, size in TIMM_SIZES.items():
        found[f"timm-{name}"] = functools.partial(timm_case, name, size)
    for name, changes in TIMM_CHANGED.items():
        found[f"timm-{name.replace(':', '-')}"] = functools.partial(timm_case, name, **changes)
    for name, (kind, size) in TORCHVISION.items():
        found[f"tv-{name}"] = functools.partial(torchvision_case, name, kind, size)
    for name, build in (blocks.CASES | vision.CASES | sequences.CASES).items():
        found[f"pt-{name}"] = build
    for name, build in sequences.transformers_cases().items():
        found[f"hf-{name}"] = build
    return found
