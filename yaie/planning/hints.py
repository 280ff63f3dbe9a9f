"""Hints are true: what each proposes is composed and judged before it is shown.

A hint is one or more alternatives, joined by `, or `. What stands in backticks is typed: overrides
(`precision=bf16`, several with spaces between), or a command. An alternative with an override or a
`pip install` is tried, and is left out where it would not help; all others are advice.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path

from yaie.errors import Fault, InputError, Problem
from yaie.facts.setting import Setting, here
from yaie.spec.compose import compose
from yaie.spec.load_spec import Composition

Judge = Callable[[Composition, Setting], Iterable[Problem]]
"""Every problem of a composition, less those of composing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was asked for, as it was given, so that a hint's words can be added."""

    recipe: Path | None
    overrides: tuple[str, ...]
    config_dir: Path | None


def words_of(composition: Composition) -> Words:
    """The words that a composition came from."""
    return Words(
        recipe=None if composition.recipe is None else Path(composition.recipe),
        overrides=composition.overrides,
        config_dir=composition.config_dir,
    )


def helpful(
    words: Words,
    problems: Sequence[Problem],
    judge: Judge,
    setting: Setting | None = None,
    *,
    composed: bool = True,
) -> tuple[Problem, ...]:
    """The problems, each with as much of its hint as helps; None where nothing of it does.

    Where the words did not compose no rule has spoken yet: a hint then answers for its own values.
    """
    trial = _Trial(
        words=words,
        problems=tuple(problems),
        judge=judge,
        setting=setting or here(),
        composed=composed,
    )
    return tuple(replace(p, hint=h) for p, h in zip(problems, _hints(trial), strict=True))


_Helping = Mapping[str, frozenset[str]]
"""Alternatives that help, each with the paths of the errors that it leaves."""


def _hints(trial: _Trial) -> list[str | None]:
    """What is left of the hint of each problem.

    An alternative that leaves another error of the same field is shown where that one, too, can be
    solved without giving up the field's value: no package makes a GPU's kernel run on a CPU.
    """
    helping = [_helping(problem, trial) for problem in trial.problems]
    stuck = [
        problem.path
        for problem, found in zip(trial.problems, helping, strict=True)
        if problem.severity == "error" and all(problem.path not in left for left in found.values())
    ]
    hints: list[str | None] = []
    for problem, found in zip(trial.problems, helping, strict=True):
        clean = [a for a, left in found.items() if problem.path not in left]
        shown = clean if clean and problem.path in stuck else found
        hints.append(", or ".join(shown) or None)
    return hints


def _helping(problem: Problem, trial: _Trial) -> _Helping:
    alternatives = _OR.split(problem.hint) if problem.hint else []
    tried = {alternative: _left(alternative, problem, trial) for alternative in alternatives}
    return {alternative: left for alternative, left in tried.items() if left is not None}


_OR = re.compile(r", or (?=(?:[^`]*`[^`]*`)*[^`]*\Z)")
"""Between alternatives, outside of backticks."""
_TYPED = re.compile(r"`([^`]+)`")


def _left(alternative: str, problem: Problem, trial: _Trial) -> frozenset[str] | None:
    """Paths of the errors that an alternative leaves; None where it does not help."""
    left: set[str] = set()
    for typed in _TYPED.findall(alternative):
        overrides, packages = overrides_in(typed), packages_in(typed)
        if not overrides and not packages:
            continue
        after = trial.after(problem, overrides, packages)
        if after is None:
            return None
        left |= {p.path for p in after if p.severity == "error"}
    return frozenset(left)


_WORD = re.compile(r"""(?:'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\s'"])+""")
_OVERRIDE = re.compile(r"~[a-z]\w*\.[^=]+|[a-z][\w.:-]*=[^…]+", re.DOTALL)


def overrides_in(typed: str) -> tuple[str, ...]:
    """The overrides that a text in backticks is; none where it is a command or stands for one."""
    words = tuple(_WORD.findall(typed))
    # The shell takes the quotation marks around a whole word.
    bare = tuple(w[1:-1] if w[0] == w[-1] == "'" and len(w) > 1 else w for w in words)
    return bare if all(_OVERRIDE.fullmatch(word) for word in bare) else ()


_INSTALL = "pip install "
_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(?:\[(?P<extra>[\w,-]+)\])?(?:[>=~]=(?P<version>[\d.]+))?(?:,?<[\d.]+)?"
)
_NEWEST = "9999"
"""Stands for the version that pip brings where none is named."""


def packages_in(typed: str) -> dict[str, str]:
    """The packages that a `pip install` brings, with their versions; none for anything else."""
    if not typed.startswith(_INSTALL):
        return {}
    words = [w for w in shlex.split(typed.removeprefix(_INSTALL)) if not w.startswith("-")]
    brought = [_brought(word) for word in words]
    return {} if {} in brought else {n: version for some in brought for n, version in some.items()}


def _brought(word: str) -> dict[str, str]:
    """What a requirement brings: the distribution, and what its extra asks for; none where that is
    not known."""
    found = _REQUIREMENT.fullmatch(word)
    wanted = _of_extra(found["name"], found["extra"]) if found else None
    if found is None or wanted is None:
        return {}
    folded = (re.sub(r"[._]+", "-", name).lower() for name in (found["name"], *wanted))
    return dict.fromkeys(folded, found["version"] or _NEWEST)


def _of_extra(name: str, extra: str | None) -> list[str] | None:
    """What an extra asks for, as far as an installed distribution tells; None where it has none
    of the name."""
    if extra is None:
        return []
    try:
        requires = metadata.requires(name) or ()
    except metadata.PackageNotFoundError:
        return []
    asked = [line for line in requires if re.search(rf"extra == .{extra}\W", line)]
    return [found[0] for line in asked if (found := re.match(r"[\w.-]+", line))] or None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    words: Words
    problems: tuple[Problem, ...]
    """Of the words as they are."""
    judge: Judge
    setting: Setting
    composed: bool
    judged: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """What was left of each alternative: several problems may have the same hint."""

    def after(
        self, problem: Problem, overrides: tuple[str, ...], packages: Mapping[str, str]
    ) -> tuple[Problem, ...] | None:
        """What is left with these said or installed besides; None where the problem is, too.

        What was said wrong is said anew: then the overrides may also stand in its place, unless
        it is one of them.
        """
        itself = problem.origin in {f"override {override}" for override in overrides}
        in_place = problem.fault is Fault.INPUT and not itself
        for less in (None, problem) if in_place else (None,):
            left = self._left(overrides, packages, less)
            if not self._worse(problem, left):
                return left
        return None

    def _left(
        self, overrides: tuple[str, ...], packages: Mapping[str, str], less: Problem | None
    ) -> tuple[Problem, ...]:
        key = repr((overrides, packages, less))
        if key not in self.judged:
            self.judged[key] = self._judged(overrides, _having(packages, self.setting), less)
        return self.judged[key]

    def _judged(
        self, overrides: tuple[str, ...], setting: Setting, less: Problem | None
    ) -> tuple[Problem, ...]:
        words, said = self.words, (*self.words.overrides, *overrides)
        try:
            composition = compose(words.recipe, said, words.config_dir, less=less)
        except InputError as error:
            return error.problems
        left = tuple(self.judge(composition, setting))
        own = {f"override {override}" for override in overrides}
        return left if self.composed else tuple(p for p in left if p.origin in own)

    def _worse(self, problem: Problem, left: Sequence[Problem]) -> bool:
        """Whether the problem is still there, or another came: an error, or a warning in place of
        a warning of the same field."""
        before = {(p.path, p.message) for p in self.problems}
        before.remove((problem.path, problem.message))
        new = [p for p in left if (p.path, p.message) not in before]
        same = [p for p in new if (p.path, p.severity) == (problem.path, problem.severity)]
        return any(p.severity == "error" for p in new) or bool(same)


def _having(packages: Mapping[str, str], setting: Setting) -> Setting:
    """The setting with packages installed besides."""
    if not packages:
        return setting
    host = replace(setting.host, packages={**setting.host.packages, **packages})
    return replace(setting, host=host)
