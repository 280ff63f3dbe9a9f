"""From recipe and overrides to a LoadSpec: every problem of both, at once."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yaie.errors import InputError, Problem, errors_of
from yaie.spec.command_line import command_line
from yaie.spec.conf import folder_groups, option_file, options
from yaie.spec.field_types import variant, variants
from yaie.spec.free_choice import free_choice
from yaie.spec.load_spec import CUSTOM, DEFAULTS, GROUPS, TAGS, Composition
from yaie.spec.merge import Merged, merged
from yaie.spec.options import Key, Option, OptionError, bring
from yaie.spec.precedence import Settled, settled
from yaie.spec.recipe import read_recipe, recipe_layer
from yaie.spec.statements import Change, Field, Layer, Restore, dotted, without
from yaie.spec.unknown_names import shown, unknown_option, unknown_restored
from yaie.spec.validation import typed_spec

Brought = Mapping[Key, Option | OptionError]
Names = Mapping[str, tuple[str, ...]]
"""The options of each group."""


def compose(
    recipe: Path | None,
    overrides: Sequence[str],
    config_dir: Path | None = None,
    *,
    less: Problem | None = None,
) -> Composition:
    """What a recipe and overrides ask for; raises InputError with all problems.

    `less` leaves out what a problem blames, as if it had not been said.
    """
    (composed,) = compose_all([recipe], overrides, config_dir, less=less)
    if isinstance(composed, InputError):
        raise composed
    return composed


def compose_all(
    recipes: Sequence[Path | None],
    overrides: Sequence[str],
    config_dir: Path | None = None,
    *,
    less: Problem | None = None,
) -> list[Composition | InputError]:
    """Each recipe with the same overrides; options are brought once for the whole batch."""
    names = _names(config_dir)
    said = _said(overrides, names)
    drafts = [_draft(recipe, said, names, config_dir, less) for recipe in recipes]
    return _compositions(drafts, names, config_dir)


def compose_each(
    recipe: Path | None, lines: Sequence[Sequence[str]], config_dir: Path | None = None
) -> list[Composition | InputError]:
    """The same recipe with each of several lines of overrides; options are brought once."""
    names = _names(config_dir)
    drafts = [_draft(recipe, _said(line, names), names, config_dir, None) for line in lines]
    return _compositions(drafts, names, config_dir)


def _names(config_dir: Path | None) -> Names:
    return {group: options(group, config_dir) for group in (*GROUPS, *_own_groups(config_dir))}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A command line, and what is wrong with it."""

    overrides: tuple[str, ...]
    layer: Layer
    problems: tuple[Problem, ...]


def _said(overrides: Sequence[str], names: Names) -> _Said:
    own = [group for group in names if group not in GROUPS]
    layer, problems = command_line(overrides, own)
    return _Said(overrides=tuple(overrides), layer=layer, problems=problems)


def _compositions(
    drafts: Sequence[_Draft], names: Names, config_dir: Path | None
) -> list[Composition | InputError]:
    chosen = {(g, settled.option) for draft in drafts for g, settled in draft.groups.items()}
    brought = bring([key for key in chosen if key[1] in names[key[0]]], config_dir)
    return [_composition(draft, names, brought, config_dir) for draft in drafts]


def _own_groups(config_dir: Path | None) -> tuple[str, ...]:
    """A user's own groups; raises InputError for a folder that holds no options."""
    if config_dir is None:
        return ()
    if not os.path.isdir(config_dir):
        raise InputError(_bad_folder(f"there is no folder `{config_dir}`"))
    groups = folder_groups(config_dir)
    if not groups:
        raise InputError(_bad_folder(f"`{config_dir}` holds no folder with options in it"))
    return tuple(group for group in groups if group not in GROUPS)


def _bad_folder(message: str) -> Problem:
    hint = "an option is a file such as `DIR/model/mine.yaml`"
    return Problem(path="", message=message, hint=hint, origin="--config-dir")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One composition before its options are brought."""

    recipe: Path | None
    overrides: tuple[str, ...]
    groups: Mapping[str, Settled]
    problems: tuple[Problem, ...]


def _draft(
    recipe: Path | None,
    line: _Said,
    names: Names,
    config_dir: Path | None,
    less: Problem | None,
) -> _Draft:
    said, problems = line.layer, line.problems
    layers = [said]
    own = [group for group in names if group not in GROUPS]
    if recipe is not None:
        written, wrong = recipe_layer(read_recipe(recipe), own)
        layers, problems = [written, said], wrong + problems
    for group in own:
        fragment, wrong = _fragment(group, layers, names[group], config_dir)
        layers, problems = [*fragment, *layers], wrong + problems
    if less is not None:
        layers = [without(said, less.path, less.origin) for said in layers]
        problems = tuple(p for p in problems if (p.path, p.origin) != (less.path, less.origin))
    groups = {group: settled(group, layers) for group in GROUPS}
    return _Draft(recipe=recipe, overrides=line.overrides, groups=groups, problems=problems)


def _fragment(
    group: str, layers: Sequence[Layer], names: tuple[str, ...], config_dir: Path | None
) -> tuple[list[Layer], tuple[Problem, ...]]:
    """What the option of a user's own group says, in a recipe's form, below the recipe."""
    choices = [layer.choices[group] for layer in layers if group in layer.choices]
    if not choices:
        return [], ()
    choice = choices[-1]
    file = option_file(group, choice.option, config_dir) if choice.option in names else None
    if file is None:
        return [], (unknown_option(group, choice.option, names, choice.origin),)
    layer, wrong = recipe_layer(read_recipe(file), ())
    return [layer], wrong


def _composition(
    draft: _Draft,
    names: Names,
    brought: Brought,
    config_dir: Path | None,
) -> Composition | InputError:
    problems = list(draft.problems)
    groups: dict[str, Merged] = {}
    for group, chosen in draft.groups.items():
        groups[group], wrong = _group(chosen, names[group], brought)
        problems += wrong
    typed = typed_spec(groups)
    if isinstance(typed, tuple):
        problems += typed
    if errors_of(problems) or isinstance(typed, tuple):
        return InputError(*errors_of(problems))
    return Composition(
        spec=typed,
        recipe=None if draft.recipe is None else str(draft.recipe),
        choices={g: m.option if m.option in names[g] else CUSTOM for g, m in groups.items()},
        origins={path: origin for m in groups.values() for path, origin in m.origins.items()},
        notes=(*problems, *(note for each in draft.groups.values() for note in each.notes)),
        overrides=draft.overrides,
        config_dir=config_dir,
    )


def _group(
    chosen: Settled, names: tuple[str, ...], brought: Brought
) -> tuple[Merged, list[Problem]]:
    """One group's values. Under an unknown option its fields are judged only where every option
    has the same."""
    option = _option(chosen, names, brought)
    if not isinstance(option, Problem):
        return _changed(chosen, option, names)
    if len(variants(chosen.group)) == 1:
        values, problems = _changed(chosen, Option({}, ()), names)
        return values, [option, *problems]
    tag = {TAGS[chosen.group]: DEFAULTS[chosen.group]}
    return merged(replace(chosen, changes=()), Option(tag, ()), True), [option]


def _option(chosen: Settled, names: tuple[str, ...], brought: Brought) -> Option | Problem:
    """The option's own values, or those that a free choice says."""
    group, word = chosen.group, chosen.option
    if word in names:
        option = brought[group, word]
        if isinstance(option, OptionError):
            origin = f"option {group}/{word}"
            return Problem(
                path=group, message=f"`{word}` cannot be composed: {option}", origin=origin
            )
        return option
    if chosen.choice is None:
        return Option({}, ())
    free = free_choice(group, word)
    if free is None:
        return unknown_option(group, word, names, chosen.choice.origin)
    return Option(free, tuple(f"{group}.{name}" for name in free))


def _changed(
    chosen: Settled, option: Option, names: tuple[str, ...]
) -> tuple[Merged, list[Problem]]:
    """The option with every change that may be made, and a problem for each that may not."""
    judged = [(change, _unsayable(change, chosen, option, names)) for change in chosen.changes]
    allowed = tuple(change for change, problem in judged if problem is None)
    values = merged(replace(chosen, changes=allowed), option, chosen.option not in names)
    return values, [problem for _, problem in judged if problem is not None]


def _unsayable(
    change: Change, chosen: Settled, option: Option, names: tuple[str, ...]
) -> Problem | None:
    group, name = change.path[0], change.path[1]
    if isinstance(change, Restore):
        if name in variant(group, option.values).model_fields:
            return None
        return unknown_restored(change, option.values, chosen.option)
    return _tag(change, names) if change.path == (group, TAGS.get(group)) else None


def _tag(field: Field, names: tuple[str, ...]) -> Problem:
    """A group's kind comes from its option alone, so that its other fields belong to it."""
    group, word = field.path[0], shown(field.value) or ""
    if word not in names and free_choice(group, word) is None:
        return replace(unknown_option(group, word, names, field.origin), path=dotted(field.path))
    return Problem(
        path=dotted(field.path),
        message=f"`{field.path[1]}` comes from the option alone",
        hint=f"`{group}={word}`",
        origin=field.origin,
    )
