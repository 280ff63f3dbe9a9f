"""The releases that come with yaie, and what their catalogues say."""

from __future__ import annotations

import pytest

from yaie.errors import InputError
from yaie.facts.catalogue import catalogue
from yaie.facts.shipped import catalogue_of, shipped_releases

OTHERS = [release for release in shipped_releases() if release != catalogue().version]


@pytest.mark.parametrize("release", shipped_releases())
def test_a_release_is_known_by_its_number(release: str) -> None:
    assert catalogue_of(release).version == release


@pytest.mark.parametrize(
    ("line", "release"), [("4.57", "4.57.6"), ("4.55", "4.55.4"), ("5.0", "5.0.0"), ("5", "5.23.0")]
)
def test_a_line_is_its_newest_release(line: str, release: str) -> None:
    assert catalogue_of(line).version == release


def test_the_installed_release_is_the_one_that_is_here() -> None:
    assert catalogue_of("installed") is catalogue()


@pytest.mark.parametrize(
    ("asked", "near"),
    [("4.5", "4.55.4"), ("4.56", "4.57.6"), ("6", "5.23.0"), ("5.9.1", "5.23.0"), ("v5", "5.23.0")],
)
def test_a_release_that_is_not_shipped_is_refused(asked: str, near: str) -> None:
    with pytest.raises(InputError) as refusal:
        catalogue_of(asked)
    assert str(refusal.value) == (
        f"no catalogue of transformers `{asked}` comes with yaie; those that do are of `4.55.4`,"
        f" `4.57.6`, `5.0.0`, `5.23.0`\nhint: `--transformers {near}`"
    )


@pytest.mark.parametrize("release", OTHERS)
def test_releases_before_configs_were_dataclasses_check_no_types(release: str) -> None:
    facts = catalogue_of(release).architecture("llama")
    assert facts is not None
    assert not any(field.checked for field in facts.fields.values())


@pytest.mark.parametrize(
    ("release", "field", "default"),
    [
        ("4.55.4", "rope_theta", 10000.0),
        ("4.57.6", "hidden_size", 4096),
        ("5.0.0", "vocab_size", 32000),
    ],
)
def test_fields_are_those_that_the_constructor_takes(
    release: str, field: str, default: object
) -> None:
    facts = catalogue_of(release).architecture("llama")
    assert facts is not None
    assert facts.fields[field].default == default


@pytest.mark.parametrize("release", OTHERS)
def test_parts_are_found_where_a_release_declares_them(release: str) -> None:
    facts = catalogue_of(release).architecture("llava")
    assert facts is not None
    assert facts.sub_configs == {"text_config": "llama", "vision_config": "clip_vision_model"}
    assert facts.open_sub_configs == ("text_config", "vision_config")
