"""What an update sees by content: moves, copies, swaps, rows of tables, and what failed before."""

import json
import sqlite3
from pathlib import Path

import documents
import pytest
from test_update import fresh, snapshot, write

from index import Index

QUESTION = "Who won the cricket final?"
CRICKET = "sub/cricket-en.txt"


def articles_of(index: Index) -> dict[str, int]:
    """Map each source to the number of its article, which a text keeps as long as it is here."""
    return index._store.library.sources()


def passages(index: Index) -> int:
    return index.inventory().passages


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Index:
    index = Index(tmp_path / "db")
    index.update(articles)
    return index


def test_a_moved_file_keeps_its_article_and_its_vectors(index: Index, articles: Path) -> None:
    before = articles_of(index)
    (articles / "lavrov-hi.txt").rename(articles / "sub" / "लावरोव.txt")
    report = index.update(articles)
    assert report.moved == {"sub/लावरोव.txt": "lavrov-hi.txt"}
    assert report.added == report.changed == report.removed == ()
    assert len(report.unchanged) == 4
    assert articles_of(index)["sub/लावरोव.txt"] == before["lavrov-hi.txt"]
    assert index.article("lavrov-hi.txt") is None


def test_a_moved_folder_within_the_folder_is_so_many_moves(index: Index, articles: Path) -> None:
    (articles / "sub").rename(articles / "archive")
    report = index.update(articles)
    assert report.moved == {
        "archive/cricket-en.txt": CRICKET,
        "archive/undated-en.md": "sub/undated-en.md",
    }
    assert report.removed == ()


def test_two_files_that_change_places_keep_their_articles(index: Index, articles: Path) -> None:
    before = articles_of(index)
    one, other = "lavrov-hi.txt", CRICKET
    texts = {name: (articles / name).read_bytes() for name in (one, other)}
    (articles / one).write_bytes(texts[other])
    (articles / other).write_bytes(texts[one])
    report = index.update(articles)
    assert report.changed == (one, other)
    after = articles_of(index)
    assert (after[one], after[other]) == (before[other], before[one])


def test_one_text_in_two_files_is_one_article_with_two_sources(
    index: Index, articles: Path
) -> None:
    count = passages(index)
    write(articles / "copy" / "cricket-en.txt", (articles / CRICKET).read_text("utf-8"))
    assert index.update(articles).added == ("copy/cricket-en.txt",)
    assert passages(index) == count
    [first] = index.search(QUESTION, limit=1)
    assert first.passage.source == "copy/cricket-en.txt"
    assert first.passage.also_in == (CRICKET,)
    [asked] = index.search(QUESTION, limit=1, sources=[CRICKET])
    assert (asked.passage.source, asked.passage.also_in) == (CRICKET, ())
    assert asked.passage.text == first.passage.text
    for source in ("copy/cricket-en.txt", CRICKET):
        article = index.article(source)
        assert article is not None
        assert article.source == source


def test_the_text_stays_while_one_of_its_files_does(index: Index, articles: Path) -> None:
    write(articles / "copy.txt", (articles / CRICKET).read_text("utf-8"))
    index.update(articles)
    (articles / CRICKET).unlink()
    assert index.update(articles).removed == (CRICKET,)
    assert index.search(QUESTION, limit=1)[0].passage.source == "copy.txt"
    (articles / "copy.txt").unlink()
    assert index.update(articles).removed == ("copy.txt",)
    assert all(hit.passage.source != "copy.txt" for hit in index.search(QUESTION, limit=50))


def test_two_files_of_one_name_in_two_folders_are_kept_apart(index: Index, articles: Path) -> None:
    for folder in ("a", "b"):
        write(articles / folder / "news.txt", f"Snow fell in {folder} on Monday morning.")
    index.update(articles)
    write(articles / "a" / "news.txt", "Snow fell in a town on Tuesday.")
    report = index.update(articles)
    assert report.changed == ("a/news.txt",)
    kept = index.article("b/news.txt")
    assert kept is not None
    assert kept.text == "Snow fell in b on Monday morning."


def table(path: Path, *texts: str) -> None:
    rows = "".join(json.dumps({"title": f"Report {text}", "text": text}) + "\n" for text in texts)
    write(path, rows)


SNOW = "Snow fell in Shimla on Monday and closed the road."
RAIN = "Rain fell in Kochi on Tuesday and the river rose."
HEAT = "Heat closed the schools of Nagpur on Wednesday."


def test_each_row_of_a_table_is_an_article(index: Index, articles: Path) -> None:
    table(articles / "news.jsonl", SNOW, RAIN)
    report = index.update(articles)
    assert report.added == ("news.jsonl#1", "news.jsonl#2")
    [hit] = index.search("Where did snow close the road?", limit=1)
    assert (hit.passage.source, hit.passage.text) == ("news.jsonl#1", SNOW)
    assert hit.passage.title == f"Report {SNOW}"
    named = index.search("rain", sources=["news.jsonl"])
    assert {hit.passage.source for hit in named} <= {"news.jsonl#1", "news.jsonl#2"}
    assert index.update(articles).unchanged[-3:] == (
        "news.jsonl#2",
        CRICKET,
        "sub/undated-en.md",
    )


def test_a_changed_table_changes_only_the_rows_that_did(index: Index, articles: Path) -> None:
    table(articles / "news.jsonl", SNOW, RAIN)
    index.update(articles)
    before = articles_of(index)
    table(articles / "news.jsonl", SNOW, HEAT, RAIN)
    report = index.update(articles)
    after = articles_of(index)
    assert report.changed == ("news.jsonl#2",)
    assert report.added == ("news.jsonl#3",)
    assert "news.jsonl#1" in report.unchanged
    assert after["news.jsonl#3"] == before["news.jsonl#2"]
    (articles / "news.jsonl").rename(articles / "old.jsonl")
    assert index.update(articles).moved == {
        f"old.jsonl#{row}": f"news.jsonl#{row}" for row in (1, 2, 3)
    }
    (articles / "old.jsonl").unlink()
    assert len(index.update(articles).removed) == 3
    assert passages(index) == index.inventory().vectors == index.inventory().word_entries


def test_a_bad_row_costs_a_line_each_time_and_not_the_table(index: Index, articles: Path) -> None:
    write(articles / "news.jsonl", json.dumps({"text": SNOW}) + "\n{broken\n")
    for _ in range(2):
        report = index.update(articles)
        assert set(report.failed) == {"news.jsonl#2"}
        assert report.failed["news.jsonl#2"].endswith(".")
    assert "news.jsonl#1" in report.unchanged
    (articles / "news.jsonl").rename(articles / "moved.jsonl")
    assert set(index.update(articles).failed) == {"moved.jsonl#2"}


def tried(index: Index) -> dict[str, float]:
    rows = index._store.library.rows("SELECT source, tried FROM failures")
    return {source: when for source, when in rows}  # noqa: C416, for the types


def test_what_failed_is_not_read_again_until_it_changes_or_a_day_has_passed(
    index: Index, articles: Path
) -> None:
    bad = articles / "minutes.pdf"
    bad.write_bytes(documents.pdf([[(72, 700, "Rain fell over the city.")]])[:300])
    first = index.update(articles)
    assert set(first.failed) == {"minutes.pdf"}
    when = tried(index)
    assert index.update(articles).failed == first.failed
    assert tried(index) == when
    file = sqlite3.connect(index.folder / "khabar.sqlite")
    with file:
        file.execute("UPDATE failures SET tried = tried - 100000")
    file.close()
    assert index.update(articles).failed == first.failed
    assert tried(index)["minutes.pdf"] >= when["minutes.pdf"]
    bad.write_bytes(documents.pdf([[(72, 700, "Rain fell over the city on Monday.")]]))
    report = index.update(articles)
    assert (report.added, report.failed) == (("minutes.pdf",), {})
    assert tried(index) == {}


def test_a_file_that_is_as_it_was_before_it_broke_is_in_order_again(
    tmp_path: Path, index: Index, articles: Path
) -> None:
    good = (articles / CRICKET).read_bytes()
    (articles / CRICKET).write_bytes(b"\0\0 binary")
    assert "earlier version" in index.update(articles).failed[CRICKET]
    (articles / CRICKET).write_bytes(good)
    report = index.update(articles)
    assert (len(report.unchanged), report.failed, tried(index)) == (5, {}, {})
    assert snapshot(index) == fresh(articles, tmp_path / "fresh")


def test_a_failed_file_that_is_gone_is_forgotten(index: Index, articles: Path) -> None:
    write(articles / "empty.html", "<html></html>")
    assert set(index.update(articles).failed) == {"empty.html"}
    (articles / "empty.html").unlink()
    assert index.update(articles).failed == {}
    assert tried(index) == {}


def test_a_passage_of_a_pdf_tells_its_page(index: Index, articles: Path) -> None:
    pages = [
        [(72, 700 - 14 * line, f"Rain fell over the city on day {page * 40 + line}.")
         for line in range(30)]
        for page in range(3)
    ]  # fmt: skip
    (articles / "rain.pdf").write_bytes(documents.pdf(pages))
    assert index.update(articles).added == ("rain.pdf",)
    hits = [hit.passage for hit in index.search("rain", limit=50, sources=["rain.pdf"])]
    assert {passage.page for passage in hits} <= {1, 2, 3}
    article = index.article("rain.pdf")
    assert article is not None
    assert len(article.pages) == 3
    for passage in hits:
        place = passage.text.find(" day ")
        day = int(passage.text[place + 5 :].split(".")[0])
        assert passage.page_of(passage.start + place) == day // 40 + 1


def test_what_is_being_indexed_hides_nothing_that_is(
    tmp_path: Path, index: Index, articles: Path
) -> None:
    # An update that died in the middle of a large table leaves its first rows STORED.
    rows = [
        {"text": f"India won cricket final {row} by six wickets in Mumbai."} for row in range(400)
    ]
    write(articles / "big.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    index.update(articles)
    index.close()
    file = sqlite3.connect(tmp_path / "db" / "khabar.sqlite")
    with file:
        file.execute("UPDATE articles SET state = 'stored' WHERE id > 5")
        file.execute("DELETE FROM sources WHERE file = 'big.jsonl'")
        file.execute("DELETE FROM files WHERE file = 'big.jsonl'")
    file.close()
    with Index(tmp_path / "db") as again:
        assert again.search(QUESTION)[0].passage.source == CRICKET
        before = articles_of(again)
        assert again.rebuild() == 5
        report = again.update(articles)
        assert len(report.added) == 400
        assert again.verify() == ()
        assert before.items() <= articles_of(again).items()


def test_a_failed_table_keeps_its_rows_and_says_so(index: Index, articles: Path) -> None:
    table(articles / "news.jsonl", SNOW, RAIN)
    index.update(articles)
    (articles / "news.jsonl").write_bytes(b"\xff\xfe\x00\xd8\x41\x00")
    report = index.update(articles)
    assert report.failed["news.jsonl"].endswith("The earlier version stays indexed.")
    assert report.removed == ()


def test_equal_rows_are_one_article_with_many_sources(index: Index, articles: Path) -> None:
    table(articles / "same.jsonl", *[SNOW] * 3_000)
    assert len(index.update(articles).added) == 3_000
    [hit] = index.search("Where did snow close the road?", limit=1)
    assert len(hit.passage.also_in) == 2_999


def test_what_the_machine_could_not_do_is_tried_again(
    index: Index, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles / "page.html").write_bytes(documents.html(documents.ENGLISH))
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", "/no/such/python")
        assert set(index.update(articles).failed) == {"page.html"}
    report = index.update(articles)
    assert (report.added, report.failed) == (("page.html",), {})
