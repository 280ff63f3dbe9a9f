"""The help and the version of the program; imports nothing that is slow."""

from __future__ import annotations

from textwrap import fill

from yaie.cli.arguments import common_flags, parser
from yaie.cli.verbs import SUMMARIES
from yaie.spec.conf import conf_folder, folder_groups
from yaie.spec.wording import enumerated

_HELP = """\
yaie loads Hugging Face models as they are declared: checked first, then done, then proved.

usage: yaie [VERB] [RECIPE] [OVERRIDE ...] [--flags]

verbs:
{verbs}

RECIPE is a YAML file. OVERRIDE is Hydra's: `group=option` picks an option, `group.field=value`
changes a field, `~group.field` takes a change back.
{groups}

flags of every verb:
{flags}

examples:
  yaie                                             load the model that comes with yaie
  yaie --prompt "In the beginning"                 and let it go on from there
  yaie check model=llama2 precision=bf16           is that allowed, on this machine?
  yaie code recipes/llama2-4bit.yaml device=cuda   the Python that would load it
  yaie show options quantization                   what a group offers

`yaie VERB --help` says more of a verb.
"""


def of(verb: str | None) -> str:
    """The help of a verb; None: of the whole program."""
    return _program() if verb is None else parser(verb).format_help()


def version() -> str:
    """The versions of yaie and of what it stands on, without importing any of them."""
    from importlib.metadata import version as version_of

    from yaie import __version__

    below = ", ".join(f"{name} {version_of(name)}" for name in ("transformers", "torch"))
    return f"yaie {__version__} ({below})"


def _program() -> str:
    verbs = "\n".join(f"  {name:9}{summary}" for name, summary in SUMMARIES.items())
    # The spec itself has them too, and pydantic with them.
    known = enumerated(folder_groups(conf_folder()), "and")
    named = fill(f"The groups are {known}.", width=100)
    return _HELP.format(verbs=verbs, groups=named, flags=common_flags())
