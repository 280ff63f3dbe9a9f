"""What a reader may choose."""

from __future__ import annotations

from tests.sweeps.report.sample import ROWS, loaded
from yaie.sweeps.report.choices import MOST_COLOURS, choices


def test_axes_are_what_was_measured_and_begin_with_memory_against_quality() -> None:
    across, up, colour = choices(ROWS[:4])
    assert across.options == (
        ("memory_bytes", "memory"),
        ("kl_divergence", "KL"),
        ("load_seconds", "load"),
        ("predicted_bytes", "predicted"),
    )
    assert (across.first, up.first) == ("memory_bytes", "kl_divergence")
    assert colour.options == (
        ("", "none"),
        ("precision", "precision"),
        ("quantization", "quantization"),
    )


def test_more_values_than_signs_have_no_colours() -> None:
    few, many = (choices([loaded(n) for n in range(MOST_COLOURS + more)])[2] for more in (0, 1))
    assert (few.first, many.first) == ("precision", "")


def test_where_nothing_was_loaded_nothing_is_chosen() -> None:
    assert choices(()) == ()
