"""Embedders: the built-in one, and a real sentence-transformers model made here."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_embedder import DIMENSION, write_model

from index import Index
from index.embed import BUILT_IN, HashingEmbedder, NeuralEmbedder, embedder_name, open_embedder
from index.embed import DIMENSION as BUILT_IN_DIMENSION
from index.errors import EmbedderMismatchError, ModelError

BUILT = HashingEmbedder()


@given(st.text(max_size=80))
def test_a_built_in_vector_has_length_one_or_is_zero(text: str) -> None:
    vector = BUILT.question(text)
    assert vector.shape == (BUILT_IN_DIMENSION,)
    assert vector.dtype == np.float32
    length = float(np.linalg.norm(vector))
    assert length == pytest.approx(1.0, abs=1e-5) or not vector.any()


@pytest.mark.parametrize("text", ["", "  \n", "🙂🙂", "। — ?!"])
def test_a_text_without_words_has_a_zero_vector(text: str) -> None:
    assert not BUILT.question(text).any()


def test_no_texts_have_no_vectors_but_a_shape() -> None:
    vectors = BUILT.passages([])
    assert vectors.shape == (0, BUILT_IN_DIMENSION)
    assert vectors.dtype == np.float32


def test_a_passage_and_a_question_of_the_same_words_have_the_same_vector() -> None:
    texts = ["गोवा में टीका अभियान", "Lavrov in Islamabad", ""]
    vectors = BUILT.passages(texts)
    assert vectors.shape == (3, BUILT_IN_DIMENSION)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.array_equal(vector, BUILT.question(text))


def test_another_process_makes_the_same_vectors() -> None:
    text = "लावरोव ने टीका देने का वादा किया, Lavrov pledged vaccines"
    code = (
        "import sys; from index.embed import HashingEmbedder;"
        "sys.stdout.buffer.write(HashingEmbedder().question(sys.argv[1]).tobytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, text],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={"PYTHONHASHSEED": "1", "PATH": ""},  # ours was drawn by chance
    )
    assert done.stdout == BUILT.question(text).tobytes()


@pytest.mark.parametrize(
    ("hindi", "english", "other"),
    [
        (
            "लावरोव ने पाकिस्तान को टीका देने का वादा किया।",
            "Lavrov promised Pakistan the vaccine.",
            "The cricket final in Mumbai was won by six wickets.",
        ),
        (
            "मंत्री ने चुनाव की तारीख बताई।",
            "The minister announced the date of the election.",
            "Farmers expect a good harvest of rice.",
        ),
    ],
)
def test_the_same_said_in_both_languages_is_nearer_than_something_else(
    hindi: str, english: str, other: str
) -> None:
    one, same, unlike = BUILT.passages([hindi, english, other])
    assert one @ same > one @ unlike
    assert one @ same > same @ unlike


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


def test_a_model_from_a_folder_embeds_to_unit_vectors(model: Path) -> None:
    embedder = open_embedder(str(model))
    assert embedder.name.startswith("tiny-")
    vectors = embedder.passages(["गोवा में टीका", "cricket"])
    assert vectors.shape == (2, DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert embedder.question("cricket").shape == (DIMENSION,)
    assert embedder.passages([]).shape == (0, DIMENSION)


def test_a_model_without_prompts_reads_questions_as_passages(model: Path) -> None:
    embedder = NeuralEmbedder(model)
    assert embedder.question("goa") == pytest.approx(embedder.passages(["goa"])[0], abs=1e-5)


def test_an_e5_model_gets_the_prefixes_it_was_trained_with(model: Path, tmp_path: Path) -> None:
    plain = NeuralEmbedder(model)
    e5 = NeuralEmbedder(Path(shutil.copytree(model, tmp_path / "multilingual-E5-tiny")))
    assert e5.question("goa") == pytest.approx(plain.question("query: goa"), abs=1e-5)
    assert e5.passages(["goa"])[0] == pytest.approx(plain.question("passage: goa"), abs=1e-5)


def test_a_models_own_prompts_count(model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "e5-like"))
    settings_file = folder / "config_sentence_transformers.json"
    stated = json.loads(settings_file.read_text())
    stated["prompts"] = {"query": "ask: ", "document": "read: "}
    settings_file.write_text(json.dumps(stated))
    plain, own = NeuralEmbedder(model), NeuralEmbedder(folder)
    assert own.question("goa") == pytest.approx(plain.question("ask: goa"), abs=1e-5)
    assert own.passages(["goa"])[0] == pytest.approx(plain.question("read: goa"), abs=1e-5)


def test_a_model_is_named_by_its_contents_wherever_it_lies(model: Path, tmp_path: Path) -> None:
    hidden = Path(shutil.copytree(model, tmp_path / ".cache" / "tiny"))
    assert embedder_name(str(hidden)) == embedder_name(str(model))
    # Other weights of the same sizes, under the same name, below a hidden folder.
    weights = hidden / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-4:] = b"\0\0\x80\x3f"
    weights.write_bytes(data)
    assert embedder_name(str(hidden)) != embedder_name(str(model))


def test_what_is_not_a_model_is_said_in_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing", Path("~no-such-user-here/model")):
        with pytest.raises(ModelError, match=r"not a sentence-transformers model .*--embedder\.$"):
            open_embedder(str(path))
        with pytest.raises(ModelError, match="not a sentence-transformers model"):
            Index(tmp_path / "db", path)


@pytest.mark.parametrize(
    "damage", ["weights cut short", "weights missing", "no list", "no pooling"]
)
def test_a_damaged_model_is_said_in_a_sentence(model: Path, tmp_path: Path, damage: str) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "damaged"))
    weights = folder / "model.safetensors"
    match damage:
        case "weights cut short":
            weights.write_bytes(weights.read_bytes()[:1_000])
        case "weights missing":
            weights.unlink()
        case "no list":
            (folder / "modules.json").write_text("[1]")
        case "no pooling":
            (folder / "1_Pooling" / "config.json").unlink()
    with pytest.raises(ModelError, match="cannot be loaded") as refused:
        open_embedder(str(folder))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "question",
    [
        "lavrov ne pakistan ko kya dene ka vaada kiya",
        "lavrov islamabad mein kya bole the",
        "rus aur pakistan ka saajha abhyas",
    ],
)
def test_beside_a_model_that_reads_no_roman_hindi_sound_keys_still_find_the_article(
    model: Path, tmp_path: Path, articles: Path, question: str
) -> None:
    with Index(tmp_path / "db", model) as index:
        index.update(articles)
        assert index.read(question).language == "hi-Latn"
        hits = index.search(question)
    assert hits[0].passage.source == "lavrov-hi.txt"
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < scores[0] <= 1


def test_a_long_list_of_passages_has_the_vectors_of_its_parts(model: Path) -> None:
    embedder = NeuralEmbedder(model)
    texts = [f"goa {'rain ' * (i % 7)}{i}" for i in range(70)]
    each = np.stack([embedder.passages([text])[0] for text in texts])
    assert embedder.passages(texts) == pytest.approx(each, abs=1e-5)


def test_an_index_remembers_its_embedder_and_refuses_another(
    model: Path, tmp_path: Path, articles: Path
) -> None:
    database = tmp_path / "db"
    with Index(database, model) as index:
        index.update(articles)
        hits = index.search("Who won the cricket final?")
    with Index(database) as index:
        assert isinstance(index._store.embedder, NeuralEmbedder)
        assert index.search("Who won the cricket final?") == hits
        assert len(index.update(articles).unchanged) == 5
    with pytest.raises(EmbedderMismatchError) as refused:
        Index(database, BUILT_IN)
    assert f"--embedder {model}" in str(refused.value)
    assert "--db" in str(refused.value)
    with Index(database) as index:
        assert len(index.articles()) == 5


def test_a_built_in_index_refuses_a_model(model: Path, tmp_path: Path, articles: Path) -> None:
    with Index(tmp_path / "db") as index:
        index.update(articles)
    with pytest.raises(EmbedderMismatchError, match="--embedder built-in"):
        Index(tmp_path / "db", model)


def test_a_model_that_moved_is_the_same_model(model: Path, tmp_path: Path, articles: Path) -> None:
    first = Path(shutil.copytree(model, tmp_path / "here" / "tiny"))
    with Index(tmp_path / "db", first) as index:
        index.update(articles)
    second = tmp_path / "there" / "tiny"
    second.parent.mkdir()
    first.rename(second)
    with pytest.raises(ModelError, match="--embedder"):
        Index(tmp_path / "db")
    with Index(tmp_path / "db", second) as index:
        (articles / "new.txt").write_text("Snow fell in Delhi.")
        assert index.update(articles).added == ("new.txt",)
    with Index(tmp_path / "db") as index:
        assert index.search("snow")[0].passage.source == "new.txt"


def test_the_environment_names_the_embedder_of_a_new_index(
    model: Path, tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Index(tmp_path / "old") as index:
        index.update(articles)
    monkeypatch.setenv("KHABAR_EMBEDDER", str(model))
    with Index(tmp_path / "new") as index:
        assert isinstance(index._store.embedder, NeuralEmbedder)
    with Index(tmp_path / "chosen", BUILT_IN) as index:
        assert isinstance(index._store.embedder, HashingEmbedder)
    with Index(tmp_path / "old") as index:
        assert isinstance(index._store.embedder, HashingEmbedder)
        assert index.search("cricket")


def test_a_model_that_never_loaded_is_not_remembered(
    model: Path, tmp_path: Path, articles: Path
) -> None:
    broken = Path(shutil.copytree(model, tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes(b"cut")
    with Index(tmp_path / "db", broken) as index, pytest.raises(ModelError, match="cannot be load"):
        index.update(articles)
    with Index(tmp_path / "db") as index:
        assert len(index.update(articles).added) == 5
