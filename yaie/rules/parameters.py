"""Are the parameters that are named those of the model, and can they be trained?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from yaie.errors import Problem
from yaie.facts.parameters import ParameterFacts
from yaie.rules.problems import refused, said, wrong
from yaie.spec.load_spec import LoadSpec, keeps_adapter
from yaie.spec.quantization import Unquantized
from yaie.spec.wording import counted, nearest, override, quoted

SHOWN = 4
"""Parameters that a message lists."""
FIELDS = ("freeze", "trainable")


def judge_parameters(spec: LoadSpec, parameters: ParameterFacts) -> Iterator[Problem]:
    """All that is wrong with what is asked of parameters by name, or worth saying about it."""
    yield from patterns_match_parameters(spec, parameters)
    yield from packed_weights_are_not_trained(spec, parameters)
    yield from tied_weights_are_trained_as_one(spec, parameters)
    yield from something_is_left_to_train(spec, parameters)


def patterns_match_parameters(spec: LoadSpec, parameters: ParameterFacts) -> Iterator[Problem]:
    """Each pattern of `weights.freeze` and `weights.trainable` matches a parameter of the model.

    Upstream: there is nothing like it; a loop over `named_parameters` that meets no name freezes
    nothing, without a word.
    """
    for field in FIELDS:
        asked = getattr(spec.weights, field)
        for pattern in asked:
            if not _matching([pattern], parameters.names):
                yield wrong(
                    f"weights.{field}",
                    f"`{pattern}` matches none of the"
                    f" {counted(len(parameters.names), 'parameter')} of `{parameters.model_class}`",
                    _meant(field, asked, pattern, parameters.names),
                )


def packed_weights_are_not_trained(spec: LoadSpec, parameters: ParameterFacts) -> Iterator[Problem]:
    """A weight that is packed, or of whole numbers, has no gradient.

    Upstream: `requires_grad_` of a tensor of integers is a RuntimeError.
    """
    named = _matching(spec.weights.trainable, parameters.names)
    asked = not isinstance(spec.quantization, Unquantized)
    unpacked = "`quantization=none`, or " if asked else ""
    if packed := sorted(named & parameters.packed):
        yield refused(
            "weights.trainable",
            f"{counted(len(packed), 'weight')} of those to be trained are packed, and have no"
            f" gradient: {quoted(packed, SHOWN)}",
            f"{unpacked}train an adapter beside them",
        )


def tied_weights_are_trained_as_one(
    spec: LoadSpec, parameters: ParameterFacts
) -> Iterator[Problem]:
    """A weight that is another one under a second name is trained or frozen with it.

    Upstream: both are one parameter, so that freezing a head freezes the embeddings without a word.
    """
    for field, done in zip(FIELDS, ("frozen", "trained"), strict=True):
        named = _matching(getattr(spec.weights, field), parameters.names)
        for name, source in parameters.tied.items():
            if (name in named) != (source in named):
                both = (name, source) if name in named else (source, name)
                yield said(
                    f"weights.{field}",
                    f"`{both[0]}` and `{both[1]}` are one parameter, so that both are {done}",
                )


def something_is_left_to_train(spec: LoadSpec, parameters: ParameterFacts) -> Iterator[Problem]:
    """In train mode some parameter is to be trained.

    Upstream: the first backward pass is a RuntimeError: no element of the loss requires a gradient.
    """
    weights = spec.weights
    unmatched = any(not _matching([p], parameters.names) for p in weights.trainable)
    if keeps_adapter(spec):
        return
    if weights.mode == "train" and not unmatched and not trained(spec, parameters):
        yield said(
            "weights.freeze" if weights.freeze else "weights.mode",
            f"every parameter of `{parameters.model_class}` is frozen, and `weights.mode` is"
            " `train`",
        )


def trained(spec: LoadSpec, parameters: ParameterFacts) -> frozenset[str]:
    """Names of the parameters that are left to be trained."""
    weights = spec.weights
    left = _matching(weights.trainable or ["*"], parameters.names) - parameters.packed
    return left - _with_ties(_matching(weights.freeze, parameters.names), parameters)


def _with_ties(names: frozenset[str], parameters: ParameterFacts) -> frozenset[str]:
    sources = {parameters.tied.get(name, name) for name in names}
    return frozenset(n for n in parameters.names if parameters.tied.get(n, n) in sources)


def _matching(patterns: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    patterns = tuple(patterns)
    return frozenset(n for n in names if any(fnmatchcase(n, pattern) for pattern in patterns))


def _meant(field: str, asked: tuple[str, ...], pattern: str, names: tuple[str, ...]) -> str | None:
    """The hint with what was probably meant: the module or parameter of the nearest name."""
    module, _, own = pattern.rpartition(".")
    # A layer that an adapter is put around keeps its weight under another name.
    wrapped = f"{module}.base_layer.{own}"
    if _matching([wrapped], names):
        return _instead(field, asked, pattern, wrapped)
    modules = {name[:place] for name in names for place, char in enumerate(name) if char == "."}
    stem = pattern.removesuffix(".*")
    known = modules if pattern.endswith(".*") else modules | set(names)
    # What is misspelt is more likely than what is left out.
    alike = {name for name in known if name.count(".") == stem.count(".")}
    near = nearest(stem, sorted(alike)) or nearest(stem, sorted(known))
    if near is None:
        return None
    meant = f"{near}.*" if near in modules else near
    return _instead(field, asked, pattern, meant)


def _instead(field: str, asked: tuple[str, ...], pattern: str, meant: str) -> str:
    there = [meant if each == pattern else each for each in asked]
    return f"`{override(f'weights.{field}', there)}`"
