"""docs/answers.md: what each task takes and answers, out of the table."""

from __future__ import annotations

from collections.abc import Iterator

from yaie.facts.catalogue import catalogue
from yaie.loading.answering.generation import MOST_NEW_TOKENS
from yaie.loading.answering.table import GENERAL, ROWS, UNASKED
from yaie.loading.answering.way import Way

_OPENING = f"""\
# Asking a loaded model

Written by `make docs` from `yaie/loading/answering/table.py`.

`load` asks the model that it loaded, so that one sees that it works: `--prompt TEXT` has it
generate, `--text TEXT` is what other tasks read, `--image FILE` and `--audio FILE` are files
(Pillow reads images; `pip install '.[audio]'` brings what reads and resamples sounds). The last
three may be given again where a task takes several; `…` below says of which. What a task does not
take, a modality that the checkpoint has no processor for, a text longer than the model's positions
and a file that cannot be read are refused before the weights are fetched.

```console
$ python -m yaie model=minilm --text "A cat sleeps on the mat." --text "A kitten naps on a rug."
$ python -m yaie recipes/classify-images.yaml --image cat.jpg --json
$ python -m yaie model=llava --prompt "What is this?" --image cat.jpg
```

In JSON `answer` is the text that people read, and `outputs` the whole of it for programs: labels
with scores, boxes, vectors. From Python: `loaded.answer("What is this?", images=["cat.jpg"])`. A
text is generated as the checkpoint's generation config says, of at most {MOST_NEW_TOKENS} new
tokens where that sets no limit, or of as many as `--max-new-tokens` says; sampling begins at the
same seed each time. Pre- and post-processing are those of transformers' pipelines where there is
one for the task. Image processors run on Pillow where torchvision is not installed.

Of images and sounds beside a prompt a conversation is made where the processor has a template of
one; where it has none, the processor's own token for them (`<image>`) is put before the prompt, a
line each, unless the prompt names it: `--prompt "<image> in the style of"`. A prompt that the
processor does not take is refused before the weights are fetched.
"""

_REST = """
What is given must be just what a row says. All other tasks ({tasks})
tell {tells}, of what their processor reads:
{usages}; those that generate take `--prompt TEXT` too.
No flag says {unasked}.
"""


def page() -> str:
    """The whole page."""
    return (
        "\n".join([_OPENING, "| task | given | answer |", "|---|---|---|", *_rows()])
        + "\n"
        + _rest()
    )


def _rows() -> Iterator[str]:
    for task, known in ROWS.items():
        for number, way in enumerate(known):
            yield f"| {'' if number else f'`{task}`'} | `{way.usage}` | {way.tells}{_needs(way)} |"


def _needs(way: Way) -> str:
    return f"; needs `{way.package}`" if way.package else ""


def _rest() -> str:
    general = sorted(set(catalogue().tasks) - {*ROWS, *UNASKED})
    forward = [way for way in GENERAL if "--prompt" not in way.flags]
    return _REST.format(
        tasks=", ".join(f"`{task}`" for task in general),
        tells=forward[0].tells,
        usages=", ".join(f"`{way.usage}`" for way in forward),
        unasked=", nor ".join(f"{what} (`{task}`)" for task, what in UNASKED.items()),
    )
