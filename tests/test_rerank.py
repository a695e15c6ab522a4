"""Reranking: a real cross-encoder made here reads the best hits again, and never ruins them."""

import json
import shutil
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tiny_embedder
from tiny_reranker import ANSWERS, PASSAGES, write_model

from index import Hit, Index
from index.errors import ModelError
from index.rerank import Reranker, open_reranker
from qa import cli

BITES = ("a-en.txt", "b-en.txt", "a-hi.txt", "b-hi.txt")
"""The files the passages stand in, in their order."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def nothing_is_fetched_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError(f"asked the network for {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.delenv("KHABAR_RERANKER", raising=False)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Index one passage a file."""
    folder = tmp_path / "bites"
    folder.mkdir()
    for name, text in zip(BITES, PASSAGES, strict=True):
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    with Index(tmp_path / "db") as index:
        index.update(folder)
    return tmp_path / "db"


def by_source(hits: list[Hit]) -> dict[str, float]:
    return {hit.passage.source: hit.score for hit in hits}


@pytest.mark.parametrize("question", ANSWERS)
def test_what_words_leave_undecided_the_reranker_decides(
    model: Path, db: Path, question: str
) -> None:
    with Index(db) as index:
        plain = by_source(index.search(question))
    with Index(db, reranker=model) as index:
        reranked = by_source(index.search(question))
    assert set(reranked) == set(plain) == set(BITES)
    for pair in ((0, 1), (2, 3)):
        (right,) = (BITES[i] for i in pair if i in ANSWERS[question])
        (wrong,) = (BITES[i] for i in pair if i not in ANSWERS[question])
        assert plain[right] == plain[wrong]
        assert reranked[right] > reranked[wrong]


def test_scores_lie_between_0_and_1_and_fall(model: Path, db: Path) -> None:
    with Index(db, reranker=model) as index:
        scores = [hit.score for hit in index.search("Who bit the man?")]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < scores[0] <= 1


@pytest.mark.parametrize(
    "question",
    [
        "lavrov ne pakistan ko kya dene ka vaada kiya",
        "lavrov islamabad mein kya bole the",
        "rus aur pakistan ka saajha abhyas",
    ],
)
def test_a_reranker_that_reads_no_roman_hindi_does_not_bury_what_sound_keys_found(
    model: Path, tmp_path: Path, articles: Path, question: str
) -> None:
    with Index(tmp_path / "db", reranker=model) as index:
        index.update(articles)
        assert index.read(question).language == "hi-Latn"
        assert index.search(question)[0].passage.source == "lavrov-hi.txt"


def test_only_the_best_hits_are_read_and_the_others_stay_below_them(
    model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(50):
        (folder / f"{i:02}.txt").write_text(f"The dog bit the man. {'It rained. ' * i}\n")
    with Index(tmp_path / "db") as index:
        index.update(folder)
        plain = [hit.passage.source for hit in index.search("Who bit the man?", limit=50)]
    with Index(tmp_path / "db", reranker=model) as index:
        hits = index.search("Who bit the man?", limit=50)
        reranked = [hit.passage.source for hit in hits]
        for limit in (1, 5, 30, 40):
            assert index.search("Who bit the man?", limit=limit) == hits[:limit]
        assert index.search("Who bit the man?", sources=[]) == []
    assert sorted(reranked[:30]) == sorted(plain[:30])
    assert reranked[:30] != plain[:30]
    assert reranked[30:] == plain[30:]
    assert len({hit.score for hit in hits[30:]}) > 1


def test_the_same_text_in_two_files_has_one_score_wherever_it_is_read(
    model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(20):
        text = f"The man bit the dog. {'It rained. ' * (i // 2)}"
        (folder / f"{i % 2}{i:02}.txt").write_text(text)
    with Index(tmp_path / "db", reranker=model) as index:
        index.update(folder)
        hits = index.search("Who bit the dog?", limit=20)
    scores: dict[str, set[float]] = {}
    for hit in hits:
        scores.setdefault(hit.passage.text, set()).add(hit.score)
    assert len(scores) == 10
    assert {len(of_one_text) for of_one_text in scores.values()} == {1}
    # A copy stands further down, for other stories to have room; of equals the first file is first.
    best = [hit.passage.source for hit in hits if hit.score == hits[0].score]
    assert best == sorted(best)


def test_the_title_is_read_with_the_passage(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, title in (("a.txt", PASSAGES[1]), ("b.txt", PASSAGES[0])):
        (folder / name).write_text(
            f"{title.rstrip('.')}\n\n5 May 2023\n\nThe police came at once.\n"
        )
    with Index(tmp_path / "db") as index:
        index.update(folder)
        first, second = index.search("Who bit the man?")
        assert first.score == second.score
    with Index(tmp_path / "db", reranker=model) as index:
        first, second = index.search("Who bit the man?")
    assert first.passage.title == PASSAGES[0].rstrip(".")
    assert first.score > second.score


def test_what_a_model_cannot_take_in_is_cut_off(model: Path) -> None:
    reranker = Reranker(model)
    long = "The dog bit the man. " * 400
    (score,) = reranker.scores("Who bit the man?", [long])
    assert 0 <= score <= 1
    assert reranker.scores("Who bit the man?", [f"{long} The man bit the dog."]) == [score]


def test_nothing_to_read_needs_no_scores(model: Path, tmp_path: Path) -> None:
    assert Reranker(model).scores("Who?", []) == []
    with Index(tmp_path / "db", reranker=model) as index:
        assert index.search("Who bit the man?") == []


def test_scores_are_the_same_whatever_activation_a_models_settings_name(
    model: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "logits"))
    settings = folder / "config_sentence_transformers.json"
    stated = json.loads(settings.read_text("utf-8"))
    settings.write_text(json.dumps(stated | {"activation_fn": "torch.nn.modules.linear.Identity"}))
    expected = Reranker(model).scores("Who bit the man?", PASSAGES)
    assert Reranker(folder).scores("Who bit the man?", PASSAGES) == expected
    assert min(expected) < 0.1 < 0.9 < max(expected) <= 1


def test_several_threads_may_ask_at_once(model: Path, tmp_path: Path, articles: Path) -> None:
    embedder = tiny_embedder.write_model(tmp_path / "embedder")
    questions = [*ANSWERS, "goa vaccine", "गोवा में टीका अभियान कब शुरू हुआ?"] * 4
    with Index(tmp_path / "db", embedder, model) as index:
        index.update(articles)
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(index.search, questions))
        assert together == [index.search(question) for question in questions]


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def no_settings(folder: Path) -> None:
    (folder / "config.json").unlink()


def broken_settings(folder: Path) -> None:
    (folder / "config.json").write_text('{"architectures": [')


def unnamed_architecture(folder: Path) -> None:
    (folder / "config.json").write_text('{"architectures": null}')


def an_embedder(folder: Path) -> None:
    shutil.rmtree(folder)
    tiny_embedder.write_model(folder)


@pytest.mark.parametrize(
    "spoil", [no_folder, no_settings, broken_settings, unnamed_architecture, an_embedder]
)
def test_a_folder_that_is_no_cross_encoder_is_refused_when_the_index_is_opened(
    model: Path, tmp_path: Path, db: Path, spoil: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "spoiled"))
    spoil(folder)
    with pytest.raises(ModelError, match=r"is not a cross-encoder \(.*--reranker\.$") as refused:
        Index(db, reranker=folder)
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)
    with Index(db) as index:
        assert index.search("Who bit the man?")


def cut_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000])


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def odd_modules(folder: Path) -> None:
    (folder / "modules.json").write_text("[1]")


@pytest.mark.parametrize("spoil", [cut_weights, no_weights, odd_modules])
def test_a_damaged_cross_encoder_is_said_in_a_sentence(
    model: Path, tmp_path: Path, db: Path, spoil: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "damaged"))
    spoil(folder)
    with (
        Index(db, reranker=folder) as index,
        pytest.raises(ModelError, match="cannot be loaded") as refused,
    ):
        index.search("Who bit the man?")
    assert "\n" not in str(refused.value)


def test_weights_that_are_no_numbers_are_said_in_a_sentence(model: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(model, tmp_path / "damaged"))
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="gives no numbers"):
        Reranker(folder).scores("Who bit the man?", PASSAGES)


def test_a_classifier_of_several_labels_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gives 3 numbers .* --reranker\.$"):
        Reranker(write_model(tmp_path / "classifier", labels=3))


def test_the_environment_names_a_reranker_and_none_overrides_it(
    model: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHABAR_RERANKER", str(model))
    with Index(db) as index:
        assert isinstance(index._store.reranker, Reranker)
    with Index(db, reranker="none") as index:
        assert index._store.reranker is None
    monkeypatch.setenv("KHABAR_RERANKER", "")
    with Index(db, reranker=model) as index:
        assert isinstance(index._store.reranker, Reranker)
    # An index does not remember who reranked it.
    with Index(db) as index:
        assert index._store.reranker is None


def test_a_home_that_nobody_has_is_no_folder() -> None:
    with pytest.raises(ModelError, match="is not a cross-encoder"):
        open_reranker("~no-such-user-here/reranker")


def test_the_command_line_takes_a_reranker(
    model: Path, db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(*options: str | Path) -> list[str]:
        arguments = ["search", "Who bit the dog?", "--db", db, "--json", *options]
        assert cli.main([str(argument) for argument in arguments]) == 0
        return [hit["source"] for hit in json.loads(capsys.readouterr().out)]

    plain = found()
    assert plain.index("a-en.txt") < plain.index("b-en.txt")
    reranked = found("--reranker", model)
    assert reranked.index("b-en.txt") < reranked.index("a-en.txt")
    monkeypatch.setenv("KHABAR_RERANKER", str(model))
    assert found() == reranked
    assert found("--reranker", "none") == plain


def test_the_command_line_refuses_what_is_no_reranker_except_to_index(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KHABAR_RERANKER", str(tmp_path))
    assert cli.main(["ask", "Who bit the man?", "--db", str(db)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "is not a cross-encoder" in captured.err
    assert cli.main(["index", str(tmp_path / "bites"), "--db", str(db)]) == 0
