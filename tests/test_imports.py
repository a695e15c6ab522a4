"""What imports what: one direction, no cycles, and nothing heavy before it is needed."""

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import index
import qa
from index import Index

ROOT = Path(__file__).parent.parent
HEAVY = (
    "torch",
    "gradio",
    "llama_cpp",
    "chromadb",
    "sentence_transformers",
    "transformers",
    "huggingface_hub",
    "uvicorn",
    "fastapi",
    "starlette",
    "mcp",
)

# Lower floors first; a module imports only from floors below its own.
FLOORS = (
    ("types", "holder", "memo"),
    ("errors",),
    ("devanagari", "cldr", "irregular"),
    ("dates",),
    ("stopwords", "initialisms", "chunk", "models", "spread", "near"),
    ("analyze", "furniture", "model_folder"),
    ("lexicon", "byline", "installed", "hub"),
    ("clean",),
    ("meta", "asked", "own_terms", "language", "times", "download"),
    ("load", "properties", "markup", "container", "layout"),
    ("webpage", "pdf", "office", "epub", "tables"),
    ("reader_process",),
    ("reading",),
    ("library", "vectors", "terms", "embed", "rerank"),
    ("catalogue", "chosen", "listing", "ahead"),
    ("generation",),
    ("parts", "question", "changed"),
    ("store",),
    ("search", "prepare", "evidence", "changes"),
    ("rebuild", "workshop", "verdict"),
    ("update", "verify"),
    ("watch",),
    ("api",),
)

PUBLIC = {
    "index": {
        "Article",
        "Entry",
        "Evidence",
        "Hit",
        "Index",
        "KhabarError",
        "Passage",
        "Question",
        "UpdateReport",
        "Verdict",
        "download",
        "errors",
        "installed",
        "models",
        "sentences",
        "stems",
    },
    "qa": {"Answer", "Citation", "Found", "Piece", "Sentence", "Waiting", "ask", "stream"},
}


Imports = list[ast.Import | ast.ImportFrom]


@cache  # to look for them takes a second
def modules(package: str) -> dict[str, Imports]:
    """List what each module of a package imports, wherever in the file it stands."""
    return {
        path.stem: [
            node
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        for path in sorted((ROOT / package).glob("*.py"))
    }


def imports(nodes: Imports, package: str) -> set[tuple[str, str]]:
    """List (module, name) of what is taken from a package."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out, not relative"
            if (node.module or "").split(".")[0] == package:
                found |= {(node.module or "", alias.name) for alias in node.names}
        else:
            names = [alias.name for alias in node.names]
            found |= {(name, "") for name in names if name.split(".")[0] == package}
    return found


def arrows(package: str) -> dict[str, set[str]]:
    """Map each module of a package to the modules of it that it imports."""
    found_in = modules(package)
    found: dict[str, set[str]] = {}
    for name, nodes in found_in.items():
        taken = imports(nodes, package)
        below = {module.removeprefix(f"{package}.") for module, _ in taken if module != package}
        below |= {item for module, item in taken if module == package and item in found_in}
        found[name] = below
    return found


def test_the_index_never_imports_the_questions_side() -> None:
    assert {name: imports(nodes, "qa") for name, nodes in modules("index").items()} == {
        name: set() for name in modules("index")
    }


def test_qa_imports_only_names_that_index_exports() -> None:
    for name, nodes in modules("qa").items():
        for module, item in imports(nodes, "index"):
            assert module == "index", f"qa/{name}.py reaches into {module}"
            assert item in {*index.__all__, ""}, f"qa/{name}.py imports {item}"


@pytest.mark.parametrize("package", ["index", "qa"])
def test_no_module_imports_itself_in_a_circle(package: str) -> None:
    TopologicalSorter(arrows(package)).prepare()


def test_index_modules_import_only_from_lower_floors() -> None:
    floor = {module: i for i, modules in enumerate(FLOORS) for module in modules}
    assert {*arrows("index")} == {*floor, "__init__"}
    upward = [
        (module, below)
        for module, belows in arrows("index").items()
        for below in belows
        if module in floor and floor[below] >= floor[module]
    ]
    assert upward == []


def test_only_one_module_each_knows_chroma_tantivy_sqlite_and_the_hub() -> None:
    for library, owners in (
        ("chromadb", {("index", "vectors")}),
        ("tantivy", {("index", "terms")}),
        # Conversations are no part of the index.
        ("sqlite3", {("index", "library"), ("qa", "conversations")}),
        ("huggingface_hub", {("index", "hub")}),
        ("watchfiles", {("index", "changes")}),
    ):
        users = {
            (package, name)
            for package in ("index", "qa")
            for name, nodes in modules(package).items()
            if imports(nodes, library)
        }
        assert users == owners, library


@pytest.mark.parametrize("package", ["index", "qa"])
def test_the_public_names_are_exactly_the_public_names(package: str) -> None:
    module = importlib.import_module(package)
    assert set(module.__all__) == PUBLIC[package]
    assert len(module.__all__) == len(set(module.__all__)) <= 16
    assert all(hasattr(module, name) for name in module.__all__)


# One after the other in one process; each of them loads more than those before.
STEPS = """
import contextlib, json, sys
db, articles = sys.argv[1:]
loaded = {}

def tell(step):
    loaded[step] = sorted(sys.modules)

import index
tell("index")
import qa
tell("qa")
from qa import cli
tell("qa.cli")
with contextlib.suppress(SystemExit):
    cli.main(["--help"])
tell("help")
assert cli.main(["ask", "Who won the cricket final?", "--db", db]) == 0
tell("ask")
assert cli.main(["index", articles, "--db", db]) == 0
tell("indexing")
print(json.dumps(loaded))
"""
MODELS = {"torch", "transformers", "sentence_transformers", "llama_cpp"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Tell what was imported by the end of each step."""
    folder = tmp_path_factory.mktemp("steps")
    articles = folder / "articles"
    articles.mkdir()
    (articles / "final.txt").write_text("India won the cricket final in Mumbai.\n")
    with Index(folder / "db") as opened:
        opened.update(articles)
    (articles / "new.txt").write_text("The monsoon reached Kerala early.\n")
    done = subprocess.run(
        [sys.executable, "-c", STEPS, folder / "db", articles],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"PATH": "", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout.splitlines()[-1])
    return {step: set(modules) for step, modules in found.items()}


@pytest.mark.parametrize("package", ["index", "qa", "qa.cli"])
def test_importing_takes_in_nothing_heavy(package: str, loaded: dict[str, set[str]]) -> None:
    assert package in loaded[package]
    assert loaded[package] & set(HEAVY) == set()


def test_help_imports_no_heavy_library(loaded: dict[str, set[str]]) -> None:
    assert loaded["help"] & {"chromadb", "gradio", "tqdm", *MODELS} == set()


def test_asking_for_quotes_imports_neither_the_page_nor_llama_cpp(
    loaded: dict[str, set[str]],
) -> None:
    assert loaded["ask"] & {"gradio", "tqdm", *MODELS} == set()


def test_indexing_and_asking_without_a_model_loads_nothing_for_models(
    loaded: dict[str, set[str]],
) -> None:
    assert loaded["indexing"] & MODELS == set()
    assert {"chromadb", "index.update"} <= loaded["indexing"]


def test_every_error_of_the_tree_is_a_khabar_error() -> None:
    errors = [value for value in vars(index.errors).values() if isinstance(value, type)]
    assert len(errors) > 5
    assert all(issubclass(error, index.KhabarError) for error in errors)
    assert qa.ask.__module__.startswith("qa")


def test_every_library_that_is_imported_is_declared() -> None:
    # What only comes along with another library goes when that one no longer needs it.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {canonical(re.split(r"[\[<>=]", each)[0]) for each in project["dependencies"]}
    distributions = packages_distributions()
    undeclared = set()
    for package in ("index", "qa"):
        for name, nodes in modules(package).items():
            for node in nodes:
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                else:
                    names = [node.module or ""]
                for top in {each.split(".")[0] for each in names} - {"index", "qa"}:
                    if top not in sys.stdlib_module_names:
                        owners = set(map(canonical, distributions[top]))
                        if not owners & declared:
                            undeclared.add((f"{package}/{name}.py", top))
    assert undeclared == set()


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution.strip()).lower()
