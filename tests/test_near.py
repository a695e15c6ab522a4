"""Near skeletons: what was meant where a name is misspelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from index.near import MIN_SKELETON, NearSkeletons

SKELETONS = ["lvrv", "lvrvn", "jrdr", "pklst", "krs", "lvvrv"]


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("lvrp", ["lvrv"]),  # another consonant
        ("lvvr", ["lvrv", "lvvrv"]),  # two swapped; one missing
        ("lrvv", ["lvrv"]),
        ("jrdrn", ["jrdr"]),  # one too many
        ("lvrv", ["lvrvn", "lvvrv"]),  # itself is no misspelling
    ],
)
def test_one_edit_leads_to_what_was_meant(asked: str, near: list[str]) -> None:
    assert NearSkeletons(SKELETONS).near(asked) == near


@pytest.mark.parametrize("asked", ["kr", "krt", "mvrv", "zzzz", ""])
def test_short_words_and_wrong_beginnings_are_not_guessed_at(asked: str) -> None:
    assert NearSkeletons(SKELETONS).near(asked) == []


@given(st.lists(st.text("klmnr", max_size=7), max_size=30), st.text("klmnr", max_size=7))
def test_every_neighbour_that_begins_alike_is_found(skeletons: list[str], asked: str) -> None:
    found = NearSkeletons(dict.fromkeys(skeletons)).near(asked)
    if len(asked) < MIN_SKELETON:
        assert found == []
    else:
        wanted = {s for s in skeletons if s[:1] == asked[0] and OSA.distance(s, asked) == 1}
        assert set(found) == {s for s in wanted if len(s) >= MIN_SKELETON - 1}
