"""The flags of `load` that act on what was loaded."""

from __future__ import annotations

from argparse import Namespace, _ArgumentGroup
from collections.abc import Iterator
from typing import TYPE_CHECKING

from yaie.errors import InputError, Problem

if TYPE_CHECKING:
    from yaie.loading.acts.act import Act, Acts
    from yaie.spec.load_spec import LoadSpec


VALUED = (
    *("--prompt", "--text", "--image", "--audio", "--max-new-tokens"),
    *("--save", "--push", "--message", "--revision", "--export"),
)
"""Those that are followed by a value."""

_INPUTS = (
    ("--text", "TEXT", "print what the task makes of this text; again for a task of several"),
    ("--image", "FILE", "of this image; may be given again"),
    ("--audio", "FILE", "of this recording; may be given again"),
)


def add_arguments(flags: _ArgumentGroup) -> None:
    """A flag an act."""
    flags.add_argument(
        "--prompt",
        metavar="TEXT",
        help="have the model go on from this text or answer it, about --image and --audio if given",
    )
    for flag, metavar, help_ in _INPUTS:
        flags.add_argument(flag, metavar=metavar, action="append", default=[], help=help_)
    flags.add_argument(
        "--max-new-tokens",
        type=int,
        metavar="N",
        help="end what is generated after so many tokens",
    )
    flags.add_argument(
        "--save",
        metavar="DIR",
        help="write the loaded model there as a checkpoint; one that is there is replaced",
    )
    flags.add_argument(
        "--push",
        metavar="REPO",
        help="make the loaded model a commit of a repository on the hub",
    )
    visibility = flags.add_mutually_exclusive_group()
    for word in ("private", "public"):
        visibility.add_argument(
            f"--{word}",
            dest="visibility",
            action="store_const",
            const=word,
            help=f"push to a {word} repository only{_NEW.get(word, '')}",
        )
    flags.add_argument("--message", metavar="TEXT", help="the commit's message")
    flags.add_argument(
        "--revision", metavar="BRANCH", help="the branch, made where it is not there: main"
    )
    flags.add_argument(
        "--export",
        metavar="onnx[:DIR]",
        help="write the loaded model as an ONNX graph, run by onnxruntime beside the model;"
        " without DIR to MODEL-onnx; an export that is there is replaced",
    )


_NEW = {"private": ", as a new one is where nothing is said"}
_OF_A_PUSH = {
    "visibility": ("--{}", ""),
    "message": ("--message", ""),
    "revision": ("--revision", ", or `model.revision={}` to load it"),
}
"""What says how to push → its flag, and what else may have been meant."""


def asked(args: Namespace, spec: LoadSpec) -> Acts:
    """The acts that the flags ask for, in the order in which they are done."""
    return tuple(_asked(args, spec))


def _asked(args: Namespace, spec: LoadSpec) -> Iterator[Act]:
    from yaie.loading.acts.answer import Answer
    from yaie.loading.acts.export import Export
    from yaie.loading.acts.push import Push
    from yaie.loading.acts.save import Save
    from yaie.loading.answering.given import Given
    from yaie.planning.exporting import default_folder
    from yaie.sources.push.target import Target

    given = Given(
        prompt=args.prompt,
        texts=tuple(args.text),
        images=tuple(args.image),
        audio=tuple(args.audio),
        max_new_tokens=args.max_new_tokens,
    )
    if given != Given():
        yield Answer(given=given)
    if args.save is not None:
        yield Save(folder=args.save)
    if args.export is not None:
        form, _, folder = args.export.partition(":")
        yield Export(format=form, folder=folder or default_folder(spec))
    # What others see comes last: all else has gone well then.
    if args.push is not None:
        how = {name: getattr(args, name) for name in _OF_A_PUSH}
        yield Push(target=Target(repo=args.push, **how), saved=args.save)
    else:
        _refuse_without_push(args)


def _refuse_without_push(args: Namespace) -> None:
    """Raises InputError for flags that say how to push where nothing is pushed."""
    said = {name: value for name in _OF_A_PUSH if (value := getattr(args, name)) is not None}
    if said:
        raise InputError(*(_idle(name, value) for name, value in said.items()))


def _idle(name: str, value: str) -> Problem:
    flag, otherwise = _OF_A_PUSH[name]
    return Problem(
        path="",
        message=f"`{flag.format(value)}` says how to push, and nothing is pushed",
        hint=f"add `--push REPO`{otherwise.format(value)}",
    )
