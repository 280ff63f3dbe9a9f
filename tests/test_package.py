"""The public names: what is here stays here."""

import pytest

import yaie


def test_the_public_names_are_pinned() -> None:
    assert sorted(yaie.__all__) == [
        "Composition",
        "InputError",
        "LoadPlan",
        "LoadSpec",
        "Loaded",
        "MismatchError",
        "ModelLoader",
        "Problem",
        "Receipt",
        "Row",
        "SourceError",
        "Swept",
        "UnsupportedError",
        "YaieError",
        "__version__",
        "check",
        "compose",
        "fit",
        "inspect",
        "load",
        "plan",
        "sweep",
    ]


@pytest.mark.parametrize("name", yaie.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(yaie, name) is not None


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = yaie.loader
    assert str(caught.value) == "module 'yaie' has no attribute 'loader'"


def test_dir_lists_the_public_names() -> None:
    assert dir(yaie) == sorted(yaie.__all__)
