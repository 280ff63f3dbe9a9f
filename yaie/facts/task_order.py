"""Which of several tasks a class or an architecture is first of all for."""

from __future__ import annotations

ORDER = (
    # What takes several kinds of input before what takes text alone: Gemma 3's conversation class
    # is listed as causal-lm too.
    "image-text-to-text",
    "speech-seq2seq",
    "multimodal-lm",
    "seq2seq-lm",
    # BERT has a causal head and BART a decoder alone; neither is what their checkpoints hold.
    "masked-lm",
    "causal-lm",
    "ctc",
    "rnnt",
    "tdt",
    "text-to-waveform",
    "text-to-spectrogram",
    "audio-tokenization",
    "zero-shot-image-classification",
    "zero-shot-object-detection",
    "object-detection",
    "mask-generation",
    "image-segmentation",
    "instance-segmentation",
    "semantic-segmentation",
    "universal-segmentation",
    "depth-estimation",
    "keypoint-matching",
    "image-classification",
    "video-classification",
    "audio-classification",
    "document-question-answering",
    "table-question-answering",
    "visual-question-answering",
    "question-answering",
)
"""Tasks by preference; those that are not here follow, and then those of `LAST`."""

LAST = ("pre-training", "base", "text-encoding")


def task_rank(task: str) -> tuple[int, str]:
    """Sorts tasks by preference."""
    if task in ORDER:
        return ORDER.index(task), task
    return len(ORDER) + (1 + LAST.index(task) if task in LAST else 0), task
