"""The front: against the definition, pair by pair."""

from hypothesis import given
from hypothesis import strategies as st

from yaie.sweeps.report.pareto import front

POINTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda p: (*map(float, p),)))


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] <= other[1]


@given(POINTS)
def test_it_holds_what_no_other_point_beats(points: list[tuple[float, float]]) -> None:
    unbeaten = {i for i, p in enumerate(points) if not any(beats(other, p) for other in points)}
    found = front(points)
    assert set(found) == unbeaten
    assert len(found) == len(unbeaten)
    assert [points[i] for i in found] == sorted(points[i] for i in found)
