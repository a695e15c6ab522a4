"""Evidence packing: a model reads half as much, and understands what it reads."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from index import Evidence, Hit, Index, Passage, chunk
from qa import pack, prompt
from qa.types import Excerpt

BRIDGE = (
    "The bridge over the Ganga opened in Patna on Saturday. Officials praised the workers. "
    "The bridge cost the state 3,100 crore rupees. Farmers across the river are happy. "
    "Buses will run from Monday. The old ferry stays for goods."
)


def hit(text: str, source: str = "a.txt", start: int = 0, title: str | None = "Title") -> Hit:
    return Hit(Passage(start, source, start, start + len(text), text, title, None, "en"), 1.0)


def evidence(found: Hit, *said: str) -> list[Evidence]:
    """Take for evidence the sentences of a hit that are so, or all."""
    spans = chunk.sentences(found.passage.text)
    texts = {found.passage.text[span.start : span.end]: span for span in spans}
    offset = found.passage.start
    return [
        Evidence(found, offset + texts[text].start, offset + texts[text].end, text, 1.0)
        for text in said or texts
    ]


def always(_: Sequence[Excerpt]) -> bool:
    return True


def whole(hits: Sequence[Hit]) -> list[Excerpt]:
    return [Excerpt(found.passage, ((0, len(found.passage.text)),)) for found in hits]


def length(excerpts: Sequence[Excerpt]) -> int:
    return len(prompt.messages(excerpts, "")[-1]["content"]) - len("<articles>\n\n</articles>\n\n")


def texts(excerpts: Sequence[Excerpt]) -> list[str]:
    return [prompt.read_out(excerpt) for excerpt in excerpts]


class Room:
    """A prompt with room for so many characters, that counts how often it was asked."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.asked = 0

    def __call__(self, excerpts: Sequence[Excerpt]) -> bool:
        """Tell whether they fit."""
        self.asked += 1
        return length(excerpts) <= self.characters


def many(count: int = 8) -> tuple[list[Hit], list[Evidence]]:
    """Find as many articles of six sentences, their evidence dealt out in turn."""
    hits = [hit(BRIDGE.replace("Patna", f"Town{i}"), f"{i}.txt") for i in range(count)]
    dealt = zip(*(evidence(found) for found in hits), strict=True)
    return hits, [item for row in dealt for item in row]


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_it_takes_at_most_half_of_five_whole_passages_with_their_titles(count: int) -> None:
    hits, ranked = many(count)
    packed = pack.choose(hits, ranked, fits=always)
    assert 0.3 * length(whole(hits[:5])) < length(packed) <= 0.5 * length(whole(hits[:5]))


def test_figures_count_for_the_tokens_that_they_take() -> None:
    said, figures = (
        "Nobody knows how many of them voted there.",
        "The votes: 31, 45, 72, 16, 88, 20, 13, 54.",
    )
    assert len(said) == len(figures)
    found = hit(f"Today they met. {said} {figures} Farmers across the river are happy again.")
    for best, shown in ((said, True), (figures, False)):
        (packed,) = texts(
            pack.choose([found], evidence(found, "Today they met.", best), fits=always)
        )
        assert (best in packed) == shown


def test_the_sentences_that_answer_best_are_the_ones_that_go_in() -> None:
    found = hit(BRIDGE)
    ranked = evidence(found, "Buses will run from Monday.", "Officials praised the workers.")
    (packed,) = pack.choose([found], ranked, fits=always)
    assert prompt.read_out(packed) == (
        "… Officials praised the workers. … Buses will run from Monday. …"
    )


def test_the_best_sentence_goes_in_even_if_it_is_all_there_is() -> None:
    found = hit("The bridge over the Ganga opened in Patna on Saturday.")
    assert texts(pack.choose([found], evidence(found), fits=always)) == [found.passage.text]


def test_a_long_sentence_goes_in_whole_or_not_at_all() -> None:
    long = "The list of those present names " + "a minister, " * 40 + "and a mayor."
    found = hit(f"{BRIDGE} {long}")
    ranked = evidence(
        found, "Buses will run from Monday.", long, "Farmers across the river are happy."
    )
    (packed,) = texts(pack.choose([found], ranked, fits=always))
    assert packed == "… Farmers across the river are happy. Buses will run from Monday. …"
    (packed,) = texts(pack.choose([found], evidence(found, long), fits=always))
    assert packed == f"… {long}"


def test_excerpts_come_by_the_rank_of_their_passages_and_sentences_as_in_the_text() -> None:
    hits, ranked = many()
    packed = pack.choose(hits, ranked[::-1], fits=always)
    places = [hits.index(Hit(excerpt.passage, 1.0)) for excerpt in packed]
    assert places == sorted(set(places))
    assert all(list(excerpt.spans) == sorted(excerpt.spans) for excerpt in packed)


def test_neighbours_are_joined() -> None:
    found = hit(BRIDGE.replace("rupees. ", "rupees.\n\n") + BRIDGE.replace("Patna", "Gaya") * 2)
    ranked = evidence(
        found,
        "Farmers across the river are happy.",
        "The bridge cost the state 3,100 crore rupees.",
        "Officials praised the workers.",
    )
    (packed,) = pack.choose([found], ranked, fits=always)
    assert len(packed.spans) == 1
    assert prompt.read_out(packed) == (
        "… Officials praised the workers. The bridge cost the state 3,100 crore rupees. "
        "Farmers across the river are happy. …"
    )


def test_a_sentence_that_two_passages_share_is_shown_once() -> None:
    first = hit(BRIDGE)
    start = BRIDGE.index("Farmers")
    second = hit(BRIDGE[start:] + " Trains follow next year. Tolls are low.", start=start)
    assert first.passage.source == second.passage.source
    shared = "Farmers across the river are happy."
    ranked = [*evidence(first, shared), *evidence(second, shared, "Trains follow next year.")]
    hits = [second, first]
    packed = texts(pack.choose(hits, ranked, fits=always))
    assert packed == ["… Trains follow next year. …", f"… {shared} …"]


FILLER = " The weather was fine in the whole of the north." * 12
HINDI_FILLER = " पूरे उत्तर भारत में मौसम साफ़ रहा और धूप खिली रही।" * 12


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Lavrov came to Islamabad.", "He promised military equipment."),
        ("Lavrov came to Islamabad.", "In 2021, he promised military equipment."),
        ("Lavrov came to Islamabad.", "After the talks he promised equipment."),
        ("Lavrov came to Islamabad.", "However, Qureshi stayed away."),
        ("Lavrov and Qin came.", "The latter spoke of the border."),
        ("A gas pipeline is planned.", "Its length is 1,100 kilometres."),
        ("A gas pipeline is planned.", "“This will take years.”"),
        ("Lavrov spoke to the press.", "Russia would send vaccines, he said."),
        ("लावरोव इस्लामाबाद पहुंचे।", "उन्होंने सैन्य उपकरण देने का वादा किया।"),
        ("लावरोव इस्लामाबाद पहुँचे।", "वहाँ वे कुरैशी से मिले।"),
        ("लावरोव इस्लामाबाद पहुंचे।", "2021 में उन्होंने भारत का दौरा किया।"),
        ("लावरोव इस्लामाबाद पहुंचे।", "लेकिन कुरैशी नहीं आए।"),
        ("गैस पाइपलाइन बनेगी।", "इसकी लंबाई 1,100 किलोमीटर है।"),
        ("गैस पाइपलाइन बनेगी।", "“इस परियोजना पर काम चल रहा है।”"),
        ("दोनों देशों में बात हुई।", "साथ ही टीके की भी बात हुई।"),
    ],
)
def test_what_points_back_brings_what_it_points_to(first: str, second: str) -> None:
    filler = HINDI_FILLER if "।" in first else FILLER
    found = hit(f"{first} {second}{filler}")
    assert texts(pack.choose([found], evidence(found, second), fits=always)) == [
        f"{first} {second} …"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Lavrov came to Islamabad.", "Qureshi thanked him."),
        ("Lavrov came to Islamabad.", "Khan met Putin in June, and the two of them agreed."),
        ("लावरोव इस्लामाबाद पहुंचे।", "इमरान ख़ान ने उनसे कश्मीर की बात की।"),
        ("लावरोव इस्लामाबाद पहुंचे।", "इसराइल में चुनाव हुए।"),
        ("लावरोव इस्लामाबाद पहुंचे।", "उन्नाव में बारिश हुई।"),
    ],
)
def test_what_stands_by_itself_comes_by_itself(first: str, second: str) -> None:
    filler = HINDI_FILLER if "।" in first else FILLER
    found = hit(f"{first} {second}{filler}")
    (packed,) = texts(pack.choose([found], evidence(found, second), fits=always))
    assert packed == f"… {second} …"


def test_pronouns_are_followed_at_most_two_sentences_back() -> None:
    found = hit(f"Lavrov came. He met Khan. He met Bajwa. He went home.{FILLER}")
    (packed,) = texts(pack.choose([found], evidence(found, "He met Bajwa."), fits=always))
    assert packed == "Lavrov came. He met Khan. He met Bajwa. …"
    (packed,) = texts(pack.choose([found], evidence(found, "He went home."), fits=always))
    assert packed == "… He met Khan. He met Bajwa. He went home. …"


def test_a_heading_is_shown_only_between_a_sentence_and_what_it_points_to() -> None:
    found = hit(f"Lavrov came.\n\nThe promise\n\nHe promised arms. Qureshi agreed.{FILLER}")
    (packed,) = texts(pack.choose([found], evidence(found, "He promised arms."), fits=always))
    assert packed == "Lavrov came. The promise He promised arms. …"
    (packed,) = texts(pack.choose([found], evidence(found, "Qureshi agreed."), fits=always))
    assert packed == "… Qureshi agreed. …"


def test_what_the_model_has_read_stays_first_and_only_what_it_lacks_is_added() -> None:
    hits, ranked = many()
    earlier = [
        Excerpt(hits[3].passage, ((0, 54),)),
        Excerpt(hit("Nobody asked for this.", "gone.txt").passage, ((0, 22),)),
    ]
    packed = pack.choose(hits, ranked, earlier=earlier, fits=always)
    assert packed[:2] == earlier
    # The openings of the six best passages, but for the one that the model has read.
    assert [excerpt.passage.source for excerpt in packed[2:]] == [
        f"{i}.txt" for i in (0, 1, 2, 4, 5)
    ]
    assert all(
        excerpt.spans == ((0, len("The bridge over the Ganga opened in Town0 on Saturday.")),)
        for excerpt in packed[2:]
    )


def test_what_is_asked_again_of_the_same_sentences_adds_nothing() -> None:
    hits, ranked = many()
    earlier = pack.choose(hits, ranked, fits=always)
    assert pack.choose(hits[::-1], ranked[5::-1], earlier=earlier, fits=always) == earlier


def test_a_further_sentence_of_a_passage_that_was_shown_is_a_further_excerpt() -> None:
    found = hit(BRIDGE)
    earlier = pack.choose([found], evidence(found, "Buses will run from Monday."), fits=always)
    ranked = evidence(found, "Buses will run from Monday.", "Officials praised the workers.")
    packed = pack.choose([found], ranked, earlier=earlier, fits=always)
    assert texts(packed) == [
        "… Buses will run from Monday. …",
        "… Officials praised the workers. …",
    ]


def test_another_subject_starts_anew() -> None:
    hits, ranked = many()
    earlier = [Excerpt(hit("Nobody asked for this.", "other.txt").passage, ((0, 22),))]
    anew = pack.choose(hits, ranked, fits=always)
    assert pack.choose(hits, ranked, earlier=earlier, fits=always) == anew


def test_what_has_no_room_beside_what_was_read_before_starts_anew() -> None:
    hits, ranked = many()
    anew = pack.choose(hits, ranked, fits=always)
    earlier = whole(hits[:5])
    assert pack.choose(hits, ranked, earlier=earlier, fits=Room(length(anew))) == anew


def test_sentences_are_left_out_from_the_last_until_the_rest_fits() -> None:
    hits, ranked = many()
    full = pack.choose(hits, ranked, fits=always)
    for characters in range(length(full), 60, -50):
        enough = Room(characters)
        packed = pack.choose(hits, ranked, fits=enough)
        assert length(packed) <= characters
        assert enough.asked <= 8
        shown = [span for excerpt in packed for span in spans(excerpt)]
        assert shown
        best = [(item.hit.passage.source, item.start, item.end) for item in ranked]
        assert set(shown) <= set(best[: len(shown)]), "the best of them, and no other"
        assert pack.choose(hits, ranked, fits=Room(length(packed))) == packed


def spans(excerpt: Excerpt) -> Iterator[tuple[str, int, int]]:
    """Yield the sentences of an excerpt, by file and place."""
    passage = excerpt.passage
    for sentence in chunk.sentences(passage.text):
        if any(a <= sentence.start and sentence.end <= b for a, b in excerpt.spans):
            yield passage.source, passage.start + sentence.start, passage.start + sentence.end


def test_where_nothing_else_fits_the_best_sentence_does_without_what_it_points_to() -> None:
    found = hit(f"{FILLER.strip()} He promised arms.", title="T")
    ranked = evidence(found, "He promised arms.")
    assert texts(pack.choose([found], ranked, fits=Room(40))) == ["… He promised arms."]


def test_where_not_even_the_best_sentence_fits_nothing_is_shown() -> None:
    hits, ranked = many()
    assert pack.choose(hits, ranked, fits=Room(20)) == []
    assert pack.choose(hits, ranked, earlier=whole(hits), fits=Room(20)) == []


def test_where_nothing_was_found_nothing_is_shown() -> None:
    assert pack.choose([], [], fits=always) == []
    assert pack.choose([], [], earlier=whole(many()[0]), fits=always) == []


@given(st.lists(strategies.articles(), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_whatever_the_articles_whole_sentences_are_shown_in_order_and_once(
    files: list[str], chance: random.Random
) -> None:
    hits = [
        hit(text[span.start : span.end], f"{i}.txt", span.start)
        for i, text in enumerate(files)
        for span in chunk.passages(text, [chunk.sentences(text)])
    ]
    chance.shuffle(hits)
    ranked = list({(e.hit.passage.source, e.start): e for h in hits for e in evidence(h)}.values())
    chance.shuffle(ranked)
    packed = pack.choose(hits, ranked, fits=always)
    assert pack.choose(tuple(hits), tuple(ranked), fits=always) == packed
    assert bool(packed) == bool(ranked)
    places: list[tuple[str, int, int]] = []
    for excerpt in packed:
        text = excerpt.passage.text
        cut = chunk.sentences(text)
        assert excerpt.spans
        for start, end in excerpt.spans:
            assert start in {span.start for span in cut}
            assert end in {span.end for span in cut}
            offset = excerpt.passage.start
            places.append((excerpt.passage.source, offset + start, offset + end))
        for one, other in pairwise(excerpt.spans):
            assert text[one[1] : other[0]].strip(), "neighbours are joined"
    for one_place, next_place in pairwise(sorted(places)):
        assert one_place[0] != next_place[0] or one_place[2] <= next_place[1]
    earlier = pack.choose(hits, ranked[::-1], fits=always)
    more = pack.choose(hits, ranked, earlier=earlier, fits=always)
    assert more == packed or more[: len(earlier)] == earlier


def test_what_is_shown_of_an_index_stands_in_the_files(articles: Path, tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        question = index.read("लावरोव ने पाकिस्तान को क्या देने का वादा किया?")
        hits = index.search(question)
        packed = pack.choose(hits, index.weigh(question, hits).evidence, fits=always)
        assert packed[0].passage.source == "lavrov-hi.txt"
        for excerpt in packed:
            article = index.article(excerpt.passage.source)
            assert article is not None
            for start, end in excerpt.spans:
                offset = excerpt.passage.start
                said = excerpt.passage.text[start:end]
                assert article.text[offset + start : offset + end] == said != ""
