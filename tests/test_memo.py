"""A cache answers as its function does, whatever it has forgotten."""

from index.memo import Memo


def test_it_asks_once_and_forgets_all_when_it_is_full() -> None:
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    memo = Memo(length, 2)
    assert [memo[text] for text in ("a", "bb", "a", "ccc", "a")] == [1, 2, 1, 3, 1]
    assert asked == ["a", "bb", "ccc", "a"]
