"""Errors that real code raises over what is really wrong, as somebody reads them in Hindi."""

import errno
import os
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import documents
import pytest
from local_hub import TINY, LocalHub, only_here

from index import Entry, Index, KhabarError, download, errors, installed, load
from qa import articles_view, conversation_list, export, in_hindi, llm, models_view, page
from qa import words as said
from qa.chores import Chore
from qa.conversations import Conversations
from qa.look import Language
from qa.turn import Turn
from qa.types import Answer
from qa.updates import Course

DEVANAGARI = re.compile("[\u0900-\u097f]")
NAMED = re.compile(
    r"https?://\S+|[\w./-]*/[\w./-]+|'[^']*'|\.[a-z]+|--[a-z]+|UTF-8|NUL|MB|GB|PDF|DOCX|ODT|EPUB|ZIP"
    r"|GGUF|RTF|PNG|JSON|HTTP|OCR|ocrmypdf -l hin\+eng|SQLite|Excel|CSV|Errno|Kruti\w*|models\.txt"
)
"""What a Hindi sentence has in Latin letters all the same: names, formats, commands."""
PROBLEM = "The index /x has been closed; open it again."
HINDI = "इंडेक्स /x बंद हो चुका है; उसे फिर से खोलिए।"
LANGUAGES: tuple[Language, ...] = ("en", "hi")
KNOWN = {"text", "body", "content", "llama", "cpp", "gguf", "qa", "models"}


def in_plain_hindi(text: str, *kept: str) -> str:
    """Say an error in Hindi, and see that it is: with what it names, and no English beside that."""
    told = in_hindi.translated(text)
    assert DEVANAGARI.search(told), text
    rest = told
    for each in sorted(kept, key=len, reverse=True):
        assert each in told, told
        rest = rest.replace(each, "")
    left = {*re.findall("[A-Za-z]{2,}", NAMED.sub("", rest))} - KNOWN
    assert not left, (told, left)
    assert told.endswith("।"), told
    return told


def zipped(**parts: str) -> bytes:
    return documents.zipped({name.replace("__", "/"): text for name, text in parts.items()})


BAD: Mapping[str, tuple[bytes, str, tuple[str, ...]]] = {
    "binary.txt": (b"words \0\1\2 and no words", "बाइनरी फ़ाइल", ("NUL",)),
    "control.txt": (b"\1\2\3 word " * 9, "कंट्रोल कैरेक्टर", ()),
    "empty.txt": (b"", "फ़ाइल ख़ाली है।", ()),
    "blank.md": (b"\xef\xbb\xbf \n", "ख़ाली जगह", ()),
    "large.txt": (b"a" * 20_600_000, "फ़ाइल 21 MB की है", ("20 MB",)),
    "cut.txt": ("नमस्ते दुनिया ".encode() * 9 + b"\xe0\xa4", "बाइट 342", ("UTF-8",)),
    "shot.txt": (b"\x89PNG\r\n\x1a\n", "तस्वीर (PNG)", (".txt",)),
    "page.txt": (b"<!DOCTYPE html><p>Rain", "वेब पेज", (".txt", ".html")),
    "book.docx": (documents.pdf([[(72, 720, "Rain")]]), "PDF फ़ाइल", (".docx", ".pdf")),
    "locked.pdf": (documents.pdf([[(72, 720, "Rain")]], lock="x"), "पासवर्ड", ("PDF",)),
    "scanned.pdf": (documents.pdf([[]]), "OCR चलाइए", ("ocrmypdf -l hin+eng",)),
    "broken.pdf": (b"%PDF-1.7 and nothing else", "PDF ख़राब है और खुल नहीं रही", ()),
    "damaged.docx": (b"PK\x03\x04 and nothing else", "ZIP अधूरी", ()),
    "partless.docx": (zipped(word__document_xml="<x/>"), "ग़ायब है", ("_rels/.rels",)),
    "table.docx": (documents.zipped({"xl/workbook.xml": "<x/>"}), "Excel की वर्कबुक", ("CSV",)),
    "other.odt": (documents.zipped({"word/document.xml": "<x/>"}), ".docx फ़ाइल", (".odt",)),
    "blank.docx": (documents.word([]), "दस्तावेज़ में कोई टेक्स्ट नहीं", ()),
    "bookless.epub": (documents.epub({"1.xhtml": ""}), "", ()),
    "page.html": (b"<html><body></body></html>", "वेब पेज में लेख का टेक्स्ट नहीं मिला", ()),
    "names.csv": (b"name,price\nGoa,5\n", "किसी कॉलम के नाम से", ("'name', 'price'", "लेख")),
    "rows.csv": (b"title,text\nGoa,\n", "पंक्ति 1: कॉलम 'text' में कुछ नहीं है।", ("'text'",)),
    "list.jsonl": (b'[{"text": "Rain"}]', "एक ही सूची", ()),
    "lines.jsonl": (b"{nothing}", "अक्षर 2 से आगे JSON सही नहीं है।", ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Have them all read; gives why each could not be."""
    place = tmp_path_factory.mktemp("place")
    folder = place / "articles"
    folder.mkdir()
    for name, (data, _, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "rain.txt").write_text("It rained in Goa.\n")
    with Index(place / "db") as index:
        return index.update(folder).failed


@pytest.mark.parametrize("name", BAD)
def test_why_a_file_was_not_read(failed: Mapping[str, str], name: str) -> None:
    _, words, kept = BAD[name]
    assert words in in_plain_hindi(failed[name], *kept)


def test_why_a_file_is_not_there_to_be_read(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "away.txt")
    for name, reason in (("link.txt", "लिंक"), ("gone.txt", "ऐसी कोई फ़ाइल या फ़ोल्डर नहीं है")):
        with pytest.raises(errors.FileError) as caught:
            load.read_bytes(tmp_path / name)
        assert reason in in_plain_hindi(str(caught.value))


@pytest.mark.parametrize(
    ("question", "kept"),
    [(" ", ""), ("?!", ""), ("今日の天気はどうですか", ""), ("why " * 1_000, "3,999")],
)
def test_why_a_question_cannot_be_asked(tmp_path: Path, question: str, kept: str) -> None:
    with Index(tmp_path / "db") as index, pytest.raises(errors.QuestionError) as caught:
        index.read(question)
    assert in_plain_hindi(str(caught.value), kept).startswith("सवाल")


def test_why_an_index_is_not_to_be_had(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def closed() -> None:
        with Index(tmp_path / "db") as index:
            pass
        index.inventory()

    def emptied() -> None:
        (tmp_path / "none").mkdir()
        with Index(tmp_path / "db") as index:
            index.update(tmp_path / "none")

    def damaged() -> None:
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "khabar.sqlite").write_bytes(b"no database at all" * 99)
        Index(tmp_path / "bad")

    def no_room() -> None:
        raise errors.disk_full(tmp_path, full)

    for act, expected, kept in (
        (lambda: Index(tmp_path / "mine"), "ख़बर का इंडेक्स नहीं है", str(tmp_path / "mine")),
        (closed, "बंद हो चुका है", str(tmp_path / "db")),
        (emptied, "कोई लेख नहीं है", str(tmp_path / "none")),
        (damaged, "यह डेटाबेस की फ़ाइल नहीं है", str(tmp_path / "bad")),
        (no_room, "डिस्क पर जगह नहीं बची", str(tmp_path)),
    ):
        with pytest.raises(KhabarError) as caught:
            act()
        names = re.findall(r"all in it but (\S+), (\S+) and (\S+),", str(caught.value))
        told = in_plain_hindi(str(caught.value), kept, *sum(names, ()))
        assert expected in told


def test_why_a_conversation_is_not_to_be_had(tmp_path: Path) -> None:
    with Conversations(tmp_path) as kept:
        number = kept.begin("", Turn("Why?")).conversation
        kept.delete("", number)
        for act in (
            lambda: kept.turns("", number),
            lambda: kept.rename("", number, "Goa"),
            lambda: kept.rename("", number, " "),
            lambda: kept.begin("", Turn(" ")),
        ):
            with pytest.raises(errors.ConversationError) as caught:
                act()
            in_plain_hindi(str(caught.value))


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_why_a_model_is_not_to_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = only_here(monkeypatch, tmp_path)
    (folder / "half").mkdir(parents=True)
    (folder / "half" / "khabar-model.json").write_text("{")
    wrong, short = tmp_path / "wrong.gguf", tmp_path / "short.gguf"
    wrong.write_bytes(b"no model")
    short.write_bytes(b"GGUF\3\0\0\0")
    port = unused_port()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    acts: list[tuple[Callable[[], object], str, list[str]]] = [
        (lambda: llm.choose("nothing-like-it"), "नहीं मिली", ["nothing-like-it"]),
        (lambda: llm.choose(wrong), "GGUF मॉडल नहीं है", [str(wrong)]),
        (lambda: llm.choose(short), "लोड नहीं हो सका", [str(short)]),
        (lambda: llm.choose(f"http://127.0.0.1:{port}/v1"), "कनेक्शन ठुकरा दिया गया", []),
        (lambda: llm.choose("http://u:p@localhost/v1"), "पासवर्ड", ["KHABAR_API_KEY"]),
        (lambda: download.pull(TINY), "नेटवर्क चाहिए", [f"http://127.0.0.1:{port}"]),
        (lambda: installed.remove("nothing-like-it"), "मॉडल नहीं है", ["nothing-like-it"]),
        (lambda: installed.add(wrong), "ऐसा मॉडल नहीं है", [str(wrong), "sentence-transformers"]),
    ]
    for act, expected, kept in acts:
        with pytest.raises(errors.ModelError) as caught:
            act()
        text = str(caught.value)
        listed = re.findall(r"models that Khabar knows: (.*?)\)", text)
        reason = re.findall(r"cannot load \S+ \((.*)\); get", text)  # llama.cpp's own words
        assert expected in in_plain_hindi(text, *kept, *listed, *reason)


def test_why_a_hub_gives_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_here(monkeypatch, tmp_path)
    with LocalHub() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        server.refused[""] = [(401, "GatedRepo")]
        with pytest.raises(errors.ModelError) as caught:
            download.pull(TINY)
    named = (TINY.repository, server.address, "hf auth login", "HF_TOKEN", "settings/tokens")
    assert "शर्तें" in in_plain_hindi(str(caught.value), *named)


def test_a_problem_is_kept_in_english_and_read_in_hindi(tmp_path: Path) -> None:
    with Conversations(tmp_path) as kept:
        number = kept.begin("", Turn("Why?", problem=PROBLEM)).conversation
        turns = kept.turns("", number)
    assert turns[0].problem == PROBLEM
    assert HINDI in page.conversation(turns, reader="hi")
    assert PROBLEM in page.conversation(turns, reader="en")


def test_every_part_of_the_page_says_it_in_the_language_of_who_reads() -> None:
    entry = Entry("a.txt", "a.txt", None, None, None, 0, "the file is empty.")
    course = Course(failed={"a.txt": "the file is empty."}, problem=PROBLEM)
    chores = [Chore("fetch", "e5", "failed", problem=PROBLEM)]
    turns = [Turn("Why?", problem=PROBLEM)]
    reasons = {"en": "the file is empty.", "hi": "फ़ाइल ख़ाली है।"}
    for reader in LANGUAGES:
        problem, reason = PROBLEM if reader == "en" else HINDI, reasons[reader]
        assert reason in articles_view.listed([entry], 1, 0, "", reader)
        news = articles_view.news(course, (), reader)
        assert problem in news
        assert f'lang="{reader}">{reason}' in news
        assert problem in models_view.news(chores, reader)
        assert problem in conversation_list.unlisted(PROBLEM, reader)
        assert problem in conversation_list.listed([], reader, PROBLEM)
        assert problem in page.conversation(turns, reader=reader)
        assert problem in export.markdown("", turns, reader)


def test_the_note_of_an_answer_in_hindi_is_hindi_throughout() -> None:
    note = said.QUOTES_INSTEAD["hi"].format(reason=PROBLEM)
    answer = Answer("क्यों?", "अ", False, "hi", "extract", (), note=note)
    for reader in LANGUAGES:
        assert HINDI in page.conversation([Turn("क्यों?", "hi", answer=answer)], reader=reader)
        assert HINDI in export.markdown("", [Turn("क्यों?", "hi", answer=answer)], reader)


def test_what_is_kept_and_replied_stays_english(failed: Mapping[str, str]) -> None:
    assert not [why for name, why in failed.items() if DEVANAGARI.search(why) and "लेख" not in why]
