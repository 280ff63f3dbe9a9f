"""Which inputs each task takes and what it answers: a row a task, a line a way of asking.

A task that has no row here is asked by `GENERAL`.
"""

from __future__ import annotations

from collections.abc import Mapping

from yaie.loading.answering import embedding, sound, text, vision
from yaie.loading.answering.forward import forwarded
from yaie.loading.answering.generation import generated
from yaie.loading.answering.prompt import unfed
from yaie.loading.answering.way import Way

_GENERATED = "the text continued, or answered where there is a chat template"
_LABELS = "labels with probabilities"
_SEGMENTS = "labels of segments with their shares of the image"
_VECTORS = "a vector and its norm; of several inputs the cosine of every two"
_TRANSCRIPT = "what is said"

_PROMPT = Way(usage="--prompt TEXT", tells=_GENERATED, by=generated, generates=True)
_ABOUT_IMAGES = Way(
    usage="--prompt TEXT --image FILE…",
    tells="what the model says of the images",
    by=generated,
    objections=unfed,
    generates=True,
)
_ABOUT_SOUNDS = Way(
    usage="--prompt TEXT --audio FILE…",
    tells="what the model says of the sounds",
    by=generated,
    objections=unfed,
    generates=True,
)
_TRANSCRIBED = Way(usage="--audio FILE", tells=_TRANSCRIPT, by=sound.transcribed, generates=True)
_SEGMENTED = Way(usage="--image FILE", tells=_SEGMENTS, by=vision.segmented)
_TEXT_VECTORS = Way(usage="--text TEXT…", tells=_VECTORS, by=embedding.embedded)

ROWS: Mapping[str, tuple[Way, ...]] = {
    "causal-lm": (
        _PROMPT,
        Way(
            usage="--text TEXT",
            tells="the perplexity of the text, and the likeliest next tokens",
            by=text.weighed,
        ),
    ),
    "seq2seq-lm": (
        Way(
            usage="--prompt TEXT",
            tells="the text that the decoder writes",
            by=generated,
            generates=True,
        ),
        _ABOUT_SOUNDS,
    ),
    "image-text-to-text": (_PROMPT, _ABOUT_IMAGES),
    "multimodal-lm": (_PROMPT, _ABOUT_IMAGES, _ABOUT_SOUNDS),
    "masked-lm": (
        Way(
            usage="--text TEXT",
            tells="the likeliest words for each mask in the text",
            by=text.filled,
            objections=text.unmasked,
        ),
    ),
    "sequence-classification": (
        Way(usage="--text TEXT", tells=_LABELS, by=text.classified),
        Way(
            usage="--text TEXT --text TEXT",
            tells=f"{_LABELS}, of the pair",
            by=text.classified,
            together=True,
        ),
    ),
    "token-classification": (
        Way(usage="--text TEXT", tells="runs of words with their labels", by=text.tagged),
    ),
    "question-answering": (
        Way(
            usage="--text QUESTION --text CONTEXT",
            tells="the likeliest spans of the context",
            by=text.found,
            together=True,
        ),
    ),
    "multiple-choice": (
        Way(
            usage="--text QUESTION --text CHOICE --text CHOICE…",
            tells="the choices with probabilities",
            by=text.chosen,
        ),
    ),
    "next-sentence-prediction": (
        Way(
            usage="--text FIRST --text SECOND",
            tells="whether the second text follows the first",
            by=text.followed,
            together=True,
        ),
    ),
    "text-encoding": (_TEXT_VECTORS,),
    "base": (
        _TEXT_VECTORS,
        Way(usage="--image FILE…", tells=_VECTORS, by=embedding.embedded),
        Way(usage="--audio FILE…", tells=_VECTORS, by=embedding.embedded),
        Way(usage="--image FILE --text LABEL…", tells=_LABELS, by=embedding.named),
        Way(usage="--audio FILE --text LABEL…", tells=_LABELS, by=embedding.named),
    ),
    "image-classification": (Way(usage="--image FILE", tells=_LABELS, by=vision.classified),),
    "video-classification": (
        Way(usage="--image FRAME…", tells=f"{_LABELS}, of the frames in order", by=vision.watched),
    ),
    "object-detection": (
        Way(usage="--image FILE", tells="labels with probabilities and boxes", by=vision.detected),
    ),
    "image-segmentation": (_SEGMENTED,),
    "semantic-segmentation": (_SEGMENTED,),
    "instance-segmentation": (_SEGMENTED,),
    "universal-segmentation": (_SEGMENTED,),
    "depth-estimation": (
        Way(usage="--image FILE", tells="the range of the depths", by=vision.measured),
    ),
    "zero-shot-image-classification": (
        Way(usage="--image FILE --text LABEL…", tells=_LABELS, by=vision.matched),
    ),
    "zero-shot-object-detection": (
        Way(usage="--image FILE --text LABEL…", tells="labels with boxes", by=vision.sought),
    ),
    "visual-question-answering": (
        Way(
            usage="--image FILE --text QUESTION",
            tells="the answer",
            by=vision.asked,
            generates=True,
        ),
    ),
    "document-question-answering": (
        Way(
            usage="--image FILE --text QUESTION",
            tells="the answer, of words that Tesseract reads",
            by=vision.read_out,
            package="pytesseract",
        ),
    ),
    "mask-generation": (
        Way(
            usage="--image FILE",
            tells="masks of what is in the middle, with scores and shares",
            by=vision.cut_out,
        ),
    ),
    "keypoint-detection": (
        Way(usage="--image FILE", tells="points with scores", by=vision.spotted),
    ),
    "keypoint-matching": (
        Way(usage="--image FILE --image FILE", tells="points that both share", by=vision.paired),
    ),
    "pose-estimation": (
        Way(
            usage="--image FILE",
            tells="joints of a body that fills it",
            by=vision.posed,
            package="scipy",
        ),
    ),
    "masked-image-modeling": (
        Way(
            usage="--image FILE", tells="the loss on every other patch, hidden", by=vision.restored
        ),
    ),
    "audio-classification": (Way(usage="--audio FILE", tells=_LABELS, by=sound.classified),),
    "audio-frame-classification": (
        Way(usage="--audio FILE", tells="labels with their shares of frames", by=sound.framed),
    ),
    "audio-xvector": (Way(usage="--audio FILE…", tells=_VECTORS, by=embedding.embedded),),
    "ctc": (_TRANSCRIBED,),
    "rnnt": (_TRANSCRIBED,),
    "tdt": (_TRANSCRIBED,),
    "speech-seq2seq": (_TRANSCRIBED,),
    "text-to-waveform": (Way(usage="--text TEXT", tells="how long the sound is", by=sound.spoken),),
    "text-to-spectrogram": (
        Way(usage="--text TEXT", tells="the size of the spectrogram", by=sound.drawn),
    ),
}
"""Task → the ways of asking it."""

_SHAPES = "the shapes of the outputs of a forward pass"

GENERAL: tuple[Way, ...] = (
    *(
        Way(usage=usage, tells=_SHAPES, by=forwarded)
        for usage in (
            "--text TEXT",
            "--image FILE",
            "--audio FILE",
            "--image FILE --text TEXT",
            "--audio FILE --text TEXT",
        )
    ),
    _PROMPT,
)
"""The ways of asking a task without a row, as far as its processor goes and its model generates."""

UNASKED: Mapping[str, str] = {
    "decision": "a state and questions about it",
    "table-question-answering": "a table",
    "time-series-prediction": "a series of numbers",
}
"""Task → what it takes, where no flag says that."""


def ways(task: str, *, generates: bool) -> tuple[Way, ...]:
    """How a task is asked of a model that generates texts or does not; empty where it cannot be."""
    known = () if task in UNASKED else ROWS.get(task, GENERAL)
    return tuple(way for way in known if generates or "--prompt" not in way.flags)
