"""The HTML of the tabs: all in both languages, and nothing that others wrote is markup."""

import datetime
import os
import string
from pathlib import Path

import pytest

from index import Entry, Index
from index.errors import FileError
from index.load import read_bytes
from qa import articles_view, look, models_view, tags
from qa.chores import Chore
from qa.limits import MOST_BYTES
from qa.model_list import Row
from qa.models_view import Used
from qa.shelf import Placed, Removed
from qa.updates import Course

HOSTILE = "<script>alert('1')</script>\"&\ud800"
WHEN = datetime.datetime(2023, 5, 5, 10, 30)
USED = {role: Used("none", "start") for role in ("llm", "embedder", "reranker")}
LANGUAGES: tuple[look.Language, ...] = ("en", "hi")


def entry(**changes: object) -> Entry:
    stated = {
        "source": "a.txt",
        "file": "a.txt",
        "title": "A title",
        "date": datetime.date(2023, 5, 5),
        "language": "hi",
        "passages": 3,
        "problem": None,
    }
    return Entry(**stated | changes)  # type: ignore[arg-type]


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("view", [articles_view, models_view])
def test_every_sentence_is_there_in_both_languages_with_the_same_places(view: object) -> None:
    words = view._WORDS  # type: ignore[attr-defined]
    assert words["en"].keys() == words["hi"].keys()
    for key, text in words["en"].items():
        assert fields(text) == fields(words["hi"][key]), key
        assert text != words["hi"][key], key


@pytest.mark.parametrize("reader", LANGUAGES)
def test_nothing_that_others_wrote_is_markup(reader: look.Language) -> None:
    hostile = entry(source=HOSTILE, file=f"{HOSTILE}.csv", title=HOSTILE, problem=HOSTILE)
    removed = [Removed(HOSTILE, HOSTILE, WHEN)]
    course = Course(
        refused=(Placed(HOSTILE, None, "kind"),),
        failed={HOSTILE: HOSTILE},
        taken=(*removed,),
        problem=HOSTILE,
    )
    row = Row("llm", HOSTILE, None, HOSTILE, HOSTILE, None, "yes", None, None)
    chores = [Chore("fetch", HOSTILE), Chore("llm", HOSTILE, "failed", problem=HOSTILE)]
    used = USED | {"llm": Used(HOSTILE, "start")}
    for markup in (
        articles_view.listed([hostile], 1, 0, "", reader),
        articles_view.news(course, {HOSTILE}, reader),
        articles_view.folder(HOSTILE, removed, False, reader),
        articles_view.folder(HOSTILE, [], True, reader),
        articles_view.dropping([".txt"], HOSTILE, reader),
        models_view.now(used, reader),  # type: ignore[arg-type]
        models_view.listed([row], USED, set(), HOSTILE, reader),  # type: ignore[arg-type]
        models_view.news(chores, reader),
        tags.told(HOSTILE),
    ):
        assert "<script" not in markup
        assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&quot;&amp;" in markup
        markup.encode()


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("en", "up to 50 MB each, plain text and web pages up to 20 MB."),
        ("hi", "हर एक 50 MB तक की; सादे टेक्स्ट या वेब पेज की फ़ाइल 20 MB तक की।"),
    ],
)
def test_the_drop_zone_says_how_large_a_file_may_be(reader: look.Language, said: str) -> None:
    assert said in articles_view.dropping(Index.SUFFIXES, "articles", reader)


@pytest.mark.parametrize("suffix", Index.SUFFIXES)
def test_a_file_as_large_as_the_drop_zone_says_is_read(suffix: str, tmp_path: Path) -> None:
    is_plain = suffix in (".txt", ".text", ".md", ".markdown", ".html", ".htm")
    most = Index.PLAIN_BYTES if is_plain else MOST_BYTES
    path = tmp_path / f"large{suffix}"
    path.touch()
    os.truncate(path, most)
    assert len(read_bytes(path)) == most
    if is_plain:
        os.truncate(path, most + 1)
        with pytest.raises(FileError, match="20 MB"):
            read_bytes(path)


def test_an_entry_says_what_it_is_and_what_is_wrong_with_it() -> None:
    def shown(**changes: object) -> str:
        return articles_view.listed([entry(**changes)], 1, 0, "", "en")

    assert '<time datetime="2023-05-05">5 May 2023</time> · Hindi · 3 passages' in shown()
    assert "1 passage ·" in shown(passages=1)
    assert "no date" in shown(date=None)
    unread = shown(title=None, date=None, language=None, passages=0, problem="It is empty.")
    assert "could not be read: " in unread
    assert "passages" not in unread
    assert "searchable" not in unread
    assert "an earlier version is searchable" in shown(problem="It is empty.")
    assert "The whole file" in shown(source="a.csv#2", file="a.csv")


def test_a_list_is_turned_over_in_both_directions() -> None:
    def pages(offset: int) -> str:
        return articles_view.listed([entry()] * 50, 20_000, offset, "", "en")

    assert "1–50 of 20,000" in pages(0)
    assert 'data-do="page" data-name="50"' in pages(0)
    assert 'data-name="19900"' in pages(19_950)
    assert 'data-name="20000"' not in pages(19_950)
    assert "There are no articles yet" in articles_view.listed([], 0, 0, "", "en")


def test_progress_is_counted_and_a_screen_reader_hears_it_in_steps() -> None:
    course = Course(is_running=True, done=123, total=500)
    markup = articles_view.news(course, (), "en")
    assert '<progress aria-label="Reading the articles" max="500" value="123">' in markup
    assert '<span class="counted" aria-hidden="true">123 of 500 files</span>' in markup
    assert '<span class="unseen">100 of 500 files</span>' in markup
    fetching = models_view.news([Chore("fetch", "gemma", done=1_250_000, total=3_000_000)], "en")
    assert "1.2 of 3.0 MB" in fetching
    assert 'data-do="stop" data-name="fetch"' in fetching
    assert [tags.stepped(done, 5) for done in range(6)] == [0, 1, 2, 3, 4, 5]


def test_nothing_to_tell_is_told_only_of_an_update_that_was_made() -> None:
    assert "All is as it was." not in articles_view.news(Course(), (), "en")
    assert "All is as it was." in articles_view.news(Course(done=3, total=3), (), "en")
    assert "All is as it was." not in articles_view.news(Course(total=3, problem="No."), (), "en")


@pytest.mark.parametrize("data", [None, 5, [], {}, {"do": 1, "name": None}])
def test_an_event_that_says_nothing_asks_for_nothing(data: object) -> None:
    class Event:
        _data = data

    assert tags.pressed(Event()) == ("", "")


@pytest.mark.parametrize("reader", LANGUAGES)
def test_working_without_a_model_is_not_called_by_a_models_name(reader: look.Language) -> None:
    for role, plain in models_view.NO_MODEL.items():
        done = models_view.news([Chore(role, plain, "done")], reader)
        assert models_view.sentence(f"switched {plain}", reader) in done
        assert models_view.sentence(f"switched {role}", reader, name="").rstrip("।.") not in done
        running = models_view.news([Chore(role, plain)], reader)
        assert (models_view.sentence("switching to none", reader) in running) == (
            role != "embedder"
        )
        assert plain not in models_view.busy(plain, reader)
