"""`yaie load`: loads the model and prints the receipt."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from yaie.cli import acts
from yaie.cli.words import composed
from yaie.errors import Fault

if TYPE_CHECKING:
    from yaie.loading.acts.act import Acts
    from yaie.loading.ranks import Outcome
    from yaie.loading.reporting import Reporter
    from yaie.spec.load_spec import Composition

EXAMPLES = """\
  yaie                                           the model that comes with yaie
  yaie model=llama2 precision=bf16 device=auto
  yaie model=gpt2 --prompt "The capital of France is"
  yaie model=minilm --text "A cat sleeps." --text "A kitten naps."
  yaie model=vit --image cat.jpg
  yaie model=./my-model quantization=bnb_4bit --json
  yaie recipes/llama2-4bit.yaml --save ./llama2-4bit
  yaie model=llama2 precision=bf16 --push me/llama2-bf16 --private
  yaie model=bert task=masked-lm --export onnx:./bert-onnx
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What is done with the model once it is there."""
    flags = parser.add_argument_group("flags of load")
    acts.add_arguments(flags)
    flags.add_argument(
        "--architecture",
        action="store_true",
        help="print the model's modules after the receipt, as `yaie inspect` does before a load",
    )


def run(args: Namespace) -> int:
    """Loads, then prints the receipt and the answer to the prompt."""
    composition = composed(args)
    from yaie.cli.progress import reporter
    from yaie.loading.peers import ended_with_peers, is_first_to_fail
    from yaie.loading.ranks import is_first

    # Upstream's own bars, such as GGUF's, would draw over ours.
    os.environ.setdefault("TQDM_DISABLE", "1")
    telling = reporter(sys.stderr, quiet=args.quiet or not is_first())
    # Upstream code that prints must not end up in the answer.
    try:
        with redirect_stdout(sys.stderr), ended_with_peers():
            outcome = _outcome(composition, acts.asked(args, composition.spec), telling)
    except Exception as error:
        if is_first_to_fail():
            raise
        return int(getattr(error, "exit_code", Fault.BUG))
    if not is_first():
        return 0
    receipt = outcome.receipt.as_json()
    if args.architecture:
        receipt["architecture"] = outcome.tree.as_json()
    if args.json:
        from yaie.cli.document import write

        write(receipt)
        return 0
    from yaie.cli.receipt import write as write_receipt

    write_receipt(composition.spec, receipt, sys.stdout)
    if args.architecture:
        from yaie.cli.colour import painter

        print("", *outcome.tree.lines(painter(sys.stdout)), sep="\n")
    if "answer" in receipt:
        print(f"\n{receipt['answer']}")
    return 0


def _outcome(composition: Composition, asked: Acts, telling: Reporter) -> Outcome:
    """What the load brings, here or by the ranks that it is shared between."""
    from yaie.loading.load import load
    from yaie.loading.ranks import is_to_start, outcome_of

    if is_to_start(composition.spec):
        from yaie.loading.launching import start

        return start(composition, asked, telling)
    return outcome_of(load(composition, reporter=telling, acts=asked))
