"""Answers of tasks that look at images are those of transformers."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import transformers
from PIL import Image

from tests.loading.answering.conftest import Made, asked
from tests.loading.answering.test_text import piped

LABELS = ["cat", "a dog"]


def parts(auto: str, folder: Path) -> tuple[Any, Any]:
    """A checkpoint's model and processor, as transformers itself loads them."""
    model = getattr(transformers, auto).from_pretrained(folder)
    return model, transformers.AutoProcessor.from_pretrained(folder)


def test_an_image_has_its_labels(made: Made, image: Path) -> None:
    folder = made("vit", "ForImageClassification")
    receipt = asked(folder, images=[image])
    rows = piped("image-classification", folder, str(image))
    assert receipt["outputs"] == rows
    assert receipt["answer"].splitlines()[0] == f"{rows[0]['label']} {rows[0]['score']:.1%}"


def test_objects_have_their_boxes(made: Made, image: Path) -> None:
    folder = made("yolos")
    receipt = asked(folder, images=[image])
    rows = piped("object-detection", folder, str(image))
    assert rows
    assert receipt["outputs"] == rows
    assert receipt["answer"].startswith(max(rows, key=lambda row: row["score"])["label"])


def test_segments_have_their_shares(made: Made, image: Path) -> None:
    folder = made("segformer")
    rows = piped("image-segmentation", folder, str(image))
    shares = {row["label"]: (numpy.asarray(row["mask"]) > 0).mean() for row in rows}
    outputs = asked(folder, images=[image])["outputs"]
    assert {row["label"]: row["share"] for row in outputs} == pytest.approx(shares)
    assert sum(row["share"] for row in outputs) == pytest.approx(1)


def test_depths_have_their_range(made: Made, image: Path) -> None:
    folder = made("glpn")
    depth = piped("depth-estimation", folder, str(image))["predicted_depth"]
    outputs = asked(folder, images=[image])["outputs"]
    assert outputs["shape"] == list(depth.shape)
    assert outputs["max"] == pytest.approx(float(depth.max()))


def test_depths_in_bfloat16_have_their_range_too(made: Made, image: Path) -> None:
    """transformers' pipeline raises a TypeError there: numpy has no bfloat16."""
    whole, half = (
        asked(made("glpn"), f"precision={name}", images=[image])["outputs"]
        for name in ("fp32", "bf16")
    )
    assert half["mean"] == pytest.approx(whole["mean"], rel=0.02)


def test_own_labels_are_weighed(made: Made, image: Path) -> None:
    folder, task = made("clip"), "zero-shot-image-classification"
    rows = piped(task, folder, str(image), candidate_labels=LABELS)
    assert asked(folder, f"task={task}", images=[image], texts=LABELS)["outputs"] == rows


def test_two_towers_without_a_head_weigh_labels_too(made: Made, image: Path) -> None:
    folder = made("clip")
    outputs = asked(folder, "task=base", images=[image], texts=LABELS)["outputs"]
    model, processor = parts("AutoModel", folder)
    read = processor(images=Image.open(image), text=LABELS, return_tensors="pt", padding=True)
    scores = model(**read).logits_per_image[0].softmax(-1).tolist()
    assert {row["label"]: row["score"] for row in outputs} == pytest.approx(
        dict(zip(LABELS, scores, strict=True)), abs=1e-5
    )


def test_own_labels_have_their_boxes(made: Made, image: Path) -> None:
    folder, task = made("owlvit"), "zero-shot-object-detection"
    rows = piped(task, folder, str(image), candidate_labels=LABELS)
    assert asked(folder, images=[image], texts=LABELS)["outputs"] == rows


def test_a_question_about_an_image_has_its_labels(made: Made, image: Path) -> None:
    folder = made("vilt")
    best = asked(folder, images=[image], texts=["where does it sleep"])["outputs"][0]
    model, processor = parts("AutoModelForVisualQuestionAnswering", folder)
    read = processor(Image.open(image), "where does it sleep", return_tensors="pt")
    scores = model(**read).logits[0].sigmoid()
    assert best["label"] == model.config.id2label[int(scores.argmax())]
    assert best["score"] == pytest.approx(scores.max().item(), abs=1e-5)


def test_what_is_in_the_middle_is_masked(made: Made, image: Path) -> None:
    folder = made("sam")
    rows = asked(folder, images=[image])["outputs"]
    model, processor = parts("AutoModelForMaskGeneration", folder)
    read = processor(images=Image.open(image), input_points=[[[[32.0, 24.0]]]], return_tensors="pt")
    scores = sorted(model(**read).iou_scores.flatten().tolist(), reverse=True)
    assert [row["score"] for row in rows] == pytest.approx(scores, abs=1e-5)


def test_points_are_counted(made: Made, image: Path) -> None:
    folder = made("superpoint")
    receipt = asked(folder, images=[image])
    model = transformers.AutoModelForKeypointDetection.from_pretrained(folder)
    eyes = transformers.AutoImageProcessor.from_pretrained(folder)
    output = model(**eyes(Image.open(image), return_tensors="pt"))
    (found,) = eyes.post_process_keypoint_detection(output, [(48, 64)])
    assert len(receipt["outputs"]) == len(found["keypoints"])
    assert receipt["answer"] == f"{len(found['keypoints'])} points"


def test_two_images_share_points(made: Made, image: Path, other_image: Path) -> None:
    folder = made("lightglue")
    rows = piped("keypoint-matching", folder, [str(image), str(other_image)])
    assert asked(folder, images=[image, other_image])["outputs"] == rows


def test_a_body_has_its_joints(made: Made, image: Path) -> None:
    pytest.importorskip("scipy")
    folder = made("vitpose")
    rows = asked(folder, images=[image])["outputs"]
    assert [row["label"] for row in rows] == ["animal", "plant", "stone"]


def test_hidden_patches_are_filled_in(made: Made, image: Path) -> None:
    folder = made("vit", "ForMaskedImageModeling")
    outputs = asked(folder, images=[image])["outputs"]
    model = transformers.AutoModelForMaskedImageModeling.from_pretrained(folder)
    eyes = transformers.AutoImageProcessor.from_pretrained(folder)
    hidden = torch.tensor([[False, True] * 8])
    read = eyes(Image.open(image), return_tensors="pt")
    loss = model(**read, bool_masked_pos=hidden).loss.item()
    assert outputs == {"hidden_patches": 8, "patches": 16, "loss": pytest.approx(loss)}


def test_frames_of_a_video_have_their_labels(made: Made, image: Path, other_image: Path) -> None:
    folder = made("videomae")
    rows = asked(folder, images=[image, other_image])["outputs"]
    model = transformers.AutoModelForVideoClassification.from_pretrained(folder)
    eyes = transformers.AutoImageProcessor.from_pretrained(folder)
    first, last = (numpy.asarray(Image.open(file)) for file in (image, other_image))
    # Four frames of two: the first of a half is rounded down, and the second up.
    read = eyes([first, first, last, last], return_tensors="pt")
    scores = model(**read).logits[0].softmax(-1).tolist()
    expected = {model.config.id2label[n]: score for n, score in enumerate(scores)}
    assert {row["label"]: row["score"] for row in rows} == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "texts", "output"),
    [("vilt", ["a cat"], "pooler_output"), ("sam", [], "iou_scores")],
)
def test_a_bare_model_without_a_vector_tells_the_shapes_of_its_outputs(
    name: str, texts: list[str], output: str, made: Made, image: Path
) -> None:
    folder = made(name)
    outputs = asked(folder, "task=base", images=[image], texts=texts)["outputs"]
    model, processor = parts("AutoModel", folder)
    said = {"text": texts[0]} if texts else {}
    read = processor(images=Image.open(image), return_tensors="pt", **said)
    read = {key: read[key] for key in read if key in inspect.signature(model.forward).parameters}
    assert outputs[output] == list(model(**read)[output].shape)


def test_images_have_vectors(made: Made, image: Path) -> None:
    folder = made("vit", "Model")
    outputs = asked(folder, images=[image])["outputs"]
    model = transformers.AutoModel.from_pretrained(folder)
    eyes = transformers.AutoImageProcessor.from_pretrained(folder)
    pooled = model(**eyes(Image.open(image), return_tensors="pt")).pooler_output[0]
    assert outputs["vectors"][0] == pytest.approx(pooled.tolist(), abs=1e-5)
