"""The overrides of a command line as statements; Hydra's grammar reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yaie.errors import Problem
from yaie.spec.conf import options
from yaie.spec.document import Branch, Items
from yaie.spec.free_choice import is_checkpoint
from yaie.spec.load_spec import DEFAULTS, GROUPS
from yaie.spec.override import GrammarError, Said, read
from yaie.spec.statements import (
    TAKES,
    Change,
    Choice,
    Field,
    Layer,
    Restore,
    fields,
    in_group,
    joined,
    layer,
    text_of,
)
from yaie.spec.unknown_names import to_type, unknown_group
from yaie.spec.wording import in_quotes

NAME = "the command line"


def command_line(overrides: Sequence[str], own: Sequence[str]) -> tuple[Layer, tuple[Problem, ...]]:
    """What the overrides say, and what is wrong with them; `own` are the user's own groups."""
    problems: list[Problem] = []
    statements = [s for line in overrides for s in _statements(line, own, problems)]
    return layer(NAME, iter(statements)), tuple(problems)


def _statements(
    line: str, own: Sequence[str], problems: list[Problem]
) -> Iterator[Choice | Change]:
    try:
        said = read(line)
    except GrammarError as error:
        problems.append(_unreadable(line, error))
        return
    if problem := _refused(said, own):
        problems.append(problem)
    elif said.deletes:
        yield _restored(said)
    else:
        yield from _set(said, problems)


def _restored(said: Said) -> Choice | Restore:
    path = tuple(said.key.split("."))
    origin = _origin(said.line)
    if len(path) == 1:
        return Choice(group=path[0], option=DEFAULTS.get(path[0], ""), origin=origin)
    return Restore(path=joined(path), origin=origin)


def _set(said: Said, problems: list[Problem]) -> Iterator[Choice | Change]:
    path = tuple(said.key.split("."))
    assert said.value is not None
    if len(path) > 1:
        yield from fields(path, said.value, lambda _: _origin(said.line), 0)
        return
    try:
        yield from in_group(path[0], said.value, lambda _: _origin(said.line), 0)
    except TypeError:
        problems.append(_problem(said, TAKES))


def _origin(line: str) -> str:
    return f"override {line}"


def _unreadable(line: str, error: Exception) -> Problem:
    """Hydra's grammar gave up; most often a value needs quotes."""
    key, equals, value = line.partition("=")
    if not equals:
        message = f"`{line}` is no override; one reads `key=value`"
        return Problem(path="", message=message, origin=_origin(line), hint=_option_of(line))
    message = f"`{line}` is not in Hydra's override grammar: {error}"
    quoted = key + "=" + in_quotes(value, '"')
    hint = f"put the value in quotes: `'{quoted}'`" if key.strip() else None
    return Problem(path=key.strip("+~ "), message=message, hint=hint, origin=_origin(line))


def _option_of(word: str) -> str | None:
    """A bare word that is an option: `llama2` was meant as `model=llama2`."""
    groups = [group for group in GROUPS if word in options(group)]
    if not groups and is_checkpoint(word):
        groups = ["model"]
    return f"`{groups[0]}={word}`" if groups else None


def _refused(said: Said, own: Sequence[str]) -> Problem | None:
    path = tuple(said.key.split("."))
    if not path[0]:
        return _problem(said, "an override begins with the name of a group")
    if said.package is not None:
        message = (
            f"`{said.key}@{said.package}` moves a group, and yaie's groups stay where they are"
        )
        return _problem(said, message, f"`{said.line.replace('@' + said.package, '', 1)}`")
    if path[0].partition("/")[0] == "hydra":
        return _problem(said, "`hydra` sets up Hydra itself, and yaie decides that; leave it out")
    if path[0] in own and len(path) > 1:
        return _problem(said, "a group of your own takes an option's name only")
    if path[0] not in GROUPS and path[0] not in own:
        value = _value(said)
        return unknown_group(Field(path=path, value=value, origin=_origin(said.line)), own)
    return _refused_value(said, path)


def _refused_value(said: Said, path: tuple[str, ...]) -> Problem | None:
    if said.sweeps:
        first = said.line.partition("=")[2].split(",")[0].strip()
        hint = f"`{said.key}={first}`" if first.replace("_", "").isalnum() else None
        message = (
            "several values make a sweep, and this is one load; give one, or ask for `yaie sweep`"
        )
        return _problem(said, message, hint)
    if said.deletes and said.value is not None:
        message = "`~` restores what the option says, and takes no value"
        return _problem(said, message, f"`~{said.key}`")
    if path[-1] == "use" and len(path) == 2:
        hint = to_type(path[:1], text_of(said.value) if said.value else None)
        return _problem(said, "the option is named by its group alone", hint)
    if said.value and "${" in (text_of(said.value) or "") and "'" not in said.line:
        hint = 'write the value itself; the shell can fill it in: `"$NAME"`'
        return _problem(said, "values are plain data, and refer to nothing else", hint)
    return None


def _value(said: Said) -> object:
    if said.value is None or isinstance(said.value, Branch | Items):
        return {}
    return said.value.value


def _problem(said: Said, message: str, hint: str | None = None) -> Problem:
    return Problem(path=said.key, message=message, hint=hint, origin=_origin(said.line))
