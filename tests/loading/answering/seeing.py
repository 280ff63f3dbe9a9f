"""Small random checkpoints of models that look at images, with their processors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.loading.answering.checkpoints import EYE, LABELS, SIZES, save, tokenizer


def _eyes(name: str, **said: Any) -> Any:
    import transformers

    return getattr(transformers, name)(size={"height": 32, "width": 32}, **said)


def vit(head: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        import transformers

        config = transformers.ViTConfig(**EYE, id2label=LABELS, encoder_stride=8)
        save(folder, getattr(transformers, f"ViT{head}")(config), _eyes("ViTImageProcessor"))

    return write


def yolos(folder: Path) -> None:
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessor

    config = YolosConfig(**{**EYE, "image_size": [32, 32]}, num_detection_tokens=5, id2label=LABELS)
    model = YolosForObjectDetection(config)
    # A random head is as unsure of each label as of the next.
    model.class_labels_classifier.layers[-1].bias.data[1] = 3
    save(folder, model, YolosImageProcessor(size={"shortest_edge": 32, "longest_edge": 32}))


def segformer(folder: Path) -> None:
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    config = SegformerConfig(
        num_encoder_blocks=2,
        depths=[1, 1],
        sr_ratios=[2, 1],
        hidden_sizes=[16, 32],
        patch_sizes=[3, 3],
        strides=[2, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
        decoder_hidden_size=16,
        id2label=LABELS,
    )
    save(folder, SegformerForSemanticSegmentation(config), _eyes("SegformerImageProcessor"))


def glpn(folder: Path) -> None:
    from transformers import GLPNConfig, GLPNForDepthEstimation, GLPNImageProcessor

    config = GLPNConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=8,
    )
    save(folder, GLPNForDepthEstimation(config), GLPNImageProcessor())


def _clip_parts() -> tuple[dict[str, Any], dict[str, Any], Any]:
    words = tokenizer()
    return (
        {
            **SIZES,
            "vocab_size": len(words),
            "max_position_embeddings": 16,
            "eos_token_id": 3,
            "bos_token_id": 2,
            "pad_token_id": 0,
        },
        EYE,
        words,
    )


def clip(folder: Path) -> None:
    from transformers import CLIPConfig, CLIPModel, CLIPProcessor

    text, eye, words = _clip_parts()
    save(
        folder,
        CLIPModel(CLIPConfig(text_config=text, vision_config=eye, projection_dim=16)),
        CLIPProcessor(_eyes("CLIPImageProcessor", crop_size=32), words),
    )


def owlvit(folder: Path) -> None:
    from transformers import OwlViTConfig, OwlViTForObjectDetection, OwlViTProcessor

    text, eye, words = _clip_parts()
    save(
        folder,
        OwlViTForObjectDetection(
            OwlViTConfig(text_config=text, vision_config=eye, projection_dim=32)
        ),
        OwlViTProcessor(_eyes("OwlViTImageProcessor", crop_size=32), words),
    )


def vilt(folder: Path) -> None:
    from transformers import ViltConfig, ViltForQuestionAnswering, ViltImageProcessor, ViltProcessor

    words = tokenizer()
    config = ViltConfig(**EYE, vocab_size=len(words), id2label=LABELS, max_image_length=-1)
    save(
        folder,
        ViltForQuestionAnswering(config),
        ViltProcessor(ViltImageProcessor(size={"shortest_edge": 32}, size_divisor=8), words),
    )


def llava(folder: Path) -> None:
    from transformers import (
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    words = tokenizer("<image>", "USER")
    text = LlamaConfig(
        **SIZES, vocab_size=len(words), pad_token_id=0, bos_token_id=2, eos_token_id=3
    )
    config = LlavaConfig(
        text_config=text,
        vision_config=CLIPVisionConfig(**EYE),
        image_token_index=5,
        image_seq_length=16,
        vision_feature_layer=-1,
    )
    template = (
        "{% for m in messages %}USER {% for c in m['content'] %}"
        "{% if c['type'] == 'image' %}<image> {% else %}{{ c['text'] }}{% endif %}"
        "{% endfor %}{% endfor %}"
    )
    processor = LlavaProcessor(
        _eyes("CLIPImageProcessor", crop_size=32),
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    )
    save(folder, LlavaForConditionalGeneration(config), processor)


def sam(folder: Path) -> None:
    from transformers import SamConfig, SamImageProcessor, SamModel, SamProcessor

    eye = {
        **EYE,
        "mlp_dim": 64,
        "global_attn_indexes": [1],
        "window_size": 2,
        "output_channels": 32,
        "num_pos_feats": 16,
    }
    prompt = {"hidden_size": 32, "image_size": 32, "patch_size": 8, "mask_input_channels": 4}
    mask = {
        "hidden_size": 32,
        "mlp_dim": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "iou_head_hidden_dim": 32,
    }
    config = SamConfig(vision_config=eye, prompt_encoder_config=prompt, mask_decoder_config=mask)
    save(
        folder,
        SamModel(config),
        SamProcessor(
            SamImageProcessor(size={"longest_edge": 32}, pad_size={"height": 32, "width": 32})
        ),
    )


def superpoint(folder: Path) -> None:
    from transformers import SuperPointConfig, SuperPointForKeypointDetection

    config = SuperPointConfig(
        encoder_hidden_sizes=[8, 8, 16, 16], decoder_hidden_size=16, descriptor_decoder_dim=16
    )
    save(folder, SuperPointForKeypointDetection(config), _eyes("SuperPointImageProcessor"))


def lightglue(folder: Path) -> None:
    from transformers import LightGlueConfig, LightGlueForKeypointMatching, SuperPointConfig

    points = SuperPointConfig(
        encoder_hidden_sizes=[8, 8, 16, 16], decoder_hidden_size=16, descriptor_decoder_dim=16
    )
    config = LightGlueConfig(
        keypoint_detector_config=points,
        descriptor_dim=16,
        filter_threshold=0.0,
        num_hidden_layers=2,
        num_attention_heads=2,
    )
    save(folder, LightGlueForKeypointMatching(config), _eyes("LightGlueImageProcessor"))


def vitpose(folder: Path) -> None:
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    body = VitPoseBackboneConfig(
        **{**EYE, "image_size": [32, 32], "patch_size": [8, 8]}, out_indices=[2]
    )
    config = VitPoseConfig(backbone_config=body, id2label=LABELS)
    save(folder, VitPoseForPoseEstimation(config), _eyes("VitPoseImageProcessor"))


def videomae(folder: Path) -> None:
    from transformers import VideoMAEConfig, VideoMAEForVideoClassification

    config = VideoMAEConfig(**EYE, num_frames=4, tubelet_size=2, id2label=LABELS)
    save(
        folder,
        VideoMAEForVideoClassification(config),
        _eyes("VideoMAEImageProcessor", crop_size={"height": 32, "width": 32}),
    )
