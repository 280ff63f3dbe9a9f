"""Answers of tasks that look at images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from yaie.loading.answering import wording
from yaie.loading.answering.files import picture
from yaie.loading.answering.generation import generated
from yaie.loading.answering.given import Given
from yaie.loading.answering.parts import part, placed
from yaie.loading.answering.pipes import piped
from yaie.loading.answering.told import Told
from yaie.loading.brought import Brought
from yaie.spec.wording import counted

_EYES = ("image_processor",)
_BOTH = ("image_processor", "tokenizer")


def classified(loaded: Brought, given: Given) -> Told:
    """The likeliest labels of an image."""
    most = min(wording.SHOWN, loaded.model.config.num_labels)
    image = picture(given.images[0])
    rows = piped(loaded, "ImageClassificationPipeline", _EYES, image, top_k=most)
    return Told(text=wording.shares(rows), outputs=rows)


def watched(loaded: Brought, given: Given) -> Told:
    """The likeliest labels of a video whose frames are given in order, spread over as many as the
    model takes."""
    import numpy

    frames = [numpy.asarray(picture(file)) for file in given.images]
    places = numpy.linspace(0, len(frames) - 1, _frames(loaded)).round().astype(int)
    read = _eyes(loaded)([frames[place] for place in places], return_tensors="pt")
    return _labelled(loaded, loaded.model(**placed(loaded, read)).logits[0].float().softmax(-1))


def _frames(loaded: Brought) -> int:
    return int(loaded.model.config.num_frames)


def detected(loaded: Brought, given: Given) -> Told:
    """Boxes of objects, of a probability of a half and more."""
    rows = piped(loaded, "ObjectDetectionPipeline", _EYES, picture(given.images[0]))
    return Told(text=wording.boxes(rows) or "no object of 50% or more", outputs=rows)


def segmented(loaded: Brought, given: Given) -> Told:
    """Labels of an image's segments, each with its share of the image."""
    import numpy

    parts = ("image_processor", "tokenizer") if loaded.tokenizer else _EYES
    rows = [
        {
            "label": row["label"],
            "score": row["score"],
            "share": float((numpy.asarray(row["mask"]) > 0).mean()),
        }
        for row in piped(loaded, "ImageSegmentationPipeline", parts, picture(given.images[0]))
    ]
    rows.sort(key=lambda row: -row["share"])
    lines = [
        f"{row['label']} {wording.share(row['share'])} of the image"
        for row in rows[: wording.SHOWN]
    ]
    return Told(text="\n".join(lines) or "no segment is sure enough", outputs=rows)


def measured(loaded: Brought, given: Given) -> Told:
    """The range of an image's depths; transformers' pipeline for it cannot draw bfloat16 (5.23)."""
    image, eyes = picture(given.images[0]), _eyes(loaded)
    output = loaded.model(**placed(loaded, eyes(image, return_tensors="pt")))
    (found,) = eyes.post_process_depth_estimation(output, [(image.height, image.width)])
    depth = found["predicted_depth"].float()
    least, mean, most = float(depth.min()), float(depth.mean()), float(depth.max())
    outputs = {"shape": list(depth.shape), "min": least, "mean": mean, "max": most}
    text = f"depth {least:.4g} to {most:.4g}, {mean:.4g} in the mean"
    return Told(text=text, outputs=outputs)


def matched(loaded: Brought, given: Given) -> Told:
    """Labels of the user's own with their probabilities, for an image."""
    pipe, image = "ZeroShotImageClassificationPipeline", picture(given.images[0])
    labels = list(given.texts)
    rows = piped(loaded, pipe, _BOTH, image, candidate_labels=labels)
    return Told(text=wording.shares(rows), outputs=rows)


def sought(loaded: Brought, given: Given) -> Told:
    """Boxes of what the texts describe, of a probability of a tenth and more."""
    pipe, image = "ZeroShotObjectDetectionPipeline", picture(given.images[0])
    labels = list(given.texts)
    rows = piped(loaded, pipe, _BOTH, image, candidate_labels=labels)
    return Told(text=wording.boxes(rows) or "no object of 10% or more", outputs=rows)


def asked(loaded: Brought, given: Given) -> Told:
    """The answer to a question about an image: generated, or the likeliest of the labels."""
    if loaded.model.can_generate():
        return generated(loaded, replace(given, prompt=given.texts[0], texts=()))
    read = loaded.processor(picture(given.images[0]), given.texts[0], return_tensors="pt")
    return _labelled(loaded, loaded.model(**placed(loaded, read)).logits[0].float().sigmoid())


def read_out(loaded: Brought, given: Given) -> Told:
    """The answer to a question about a document's image; words are read by Tesseract."""
    asked = {"image": picture(given.images[0]), "question": given.texts[0]}
    rows = piped(loaded, "DocumentQuestionAnsweringPipeline", _BOTH, asked)
    return Told(text="\n".join(str(row["answer"]) for row in rows), outputs=rows)


def cut_out(loaded: Brought, given: Given) -> Told:
    """Masks of what is in the middle of an image, the best first."""
    image = picture(given.images[0])
    middle = [[[[image.width / 2, image.height / 2]]]]
    read = loaded.processor(images=image, input_points=middle, return_tensors="pt")
    output = loaded.model(**placed(loaded, read))
    scores = output.iou_scores.flatten().float().tolist()
    shares = (output.pred_masks > 0).float().mean((-1, -2)).flatten().tolist()
    rows = [{"score": score, "share": share} for score, share in zip(scores, shares, strict=True)]
    rows.sort(key=lambda row: -row["score"])
    lines = (
        f"mask of {wording.share(row['share'])} of the image, score {row['score']:.3f}"
        for row in rows
    )
    return Told(text="\n".join(lines), outputs=rows)


def paired(loaded: Brought, given: Given) -> Told:
    """Points that two images share, the surest first."""
    images = [picture(file) for file in given.images]
    rows = piped(loaded, "KeypointMatchingPipeline", _EYES, images)
    best = f", the surest of {wording.share(rows[0]['score'])}" if rows else ""
    return Told(
        text=f"{counted(len(rows), 'match')}{best}".replace("matchs", "matches"), outputs=rows
    )


def spotted(loaded: Brought, given: Given) -> Told:
    """Points of an image that can be found again in another."""
    image = picture(given.images[0])
    eyes = _eyes(loaded)
    output = loaded.model(**placed(loaded, eyes(image, return_tensors="pt")))
    (found,) = eyes.post_process_keypoint_detection(output, [(image.height, image.width)])
    rows = [
        {"x": x, "y": y, "score": score}
        for (x, y), score in zip(found["keypoints"].tolist(), found["scores"].tolist(), strict=True)
    ]
    return Told(text=counted(len(rows), "point"), outputs=rows)


def posed(loaded: Brought, given: Given) -> Told:
    """The joints of a body that fills the image."""
    image = picture(given.images[0])
    eyes = _eyes(loaded)
    boxes = [[[0, 0, image.width, image.height]]]
    output = loaded.model(**placed(loaded, eyes(image, boxes=boxes, return_tensors="pt")))
    ((body,),) = eyes.post_process_pose_estimation(output, boxes=boxes)
    names = loaded.model.config.id2label
    points = zip(
        body["labels"].tolist(), body["keypoints"].tolist(), body["scores"].tolist(), strict=True
    )
    rows = [
        {"label": names.get(number, str(number)), "x": x, "y": y, "score": score}
        for number, (x, y), score in points
    ]
    best = sorted(rows, key=lambda row: -row["score"])[: wording.SHOWN]
    lines = (
        f"{row['label']} {wording.share(row['score'])} at {row['x']:.0f},{row['y']:.0f}"
        for row in best
    )
    return Told(text="\n".join(lines), outputs=rows)


def restored(loaded: Brought, given: Given) -> Told:
    """How well every other patch of an image is filled in when it is hidden."""
    import torch

    read = placed(loaded, _eyes(loaded)(picture(given.images[0]), return_tensors="pt"))
    config = loaded.model.config
    patches = (config.image_size // config.patch_size) ** 2
    hidden = (torch.arange(patches) % 2 == 1)[None].to(loaded.model.device)
    loss = float(loaded.model(**read, bool_masked_pos=hidden).loss)
    count = int(hidden.sum())
    outputs = {"hidden_patches": count, "patches": patches, "loss": loss}
    return Told(text=f"loss {loss:.4g} on {count} hidden of {patches} patches", outputs=outputs)


def _eyes(loaded: Brought) -> Any:
    return part(loaded.processor, "image_processor")


def _labelled(loaded: Brought, scores: Any) -> Told:
    best = scores.topk(min(wording.SHOWN, len(scores)))
    names = loaded.model.config.id2label
    rows = [
        {"label": names[number], "score": score}
        for number, score in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    ]
    return Told(text=wording.shares(rows), outputs=rows)
