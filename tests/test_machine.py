"""A model is run as suits it and the machine, as somebody wants it, or not at all."""

from dataclasses import replace

import pytest

from index.errors import ModelError, ModelLoadError
from qa import machine
from qa.machine import Machine, ModelSize

SMALL = ModelSize(
    weights=3_300_000_000, context=131_072, bytes_per_token=36_000, vocabulary=262_144
)
LAPTOP = Machine(free=8_000_000_000, cores=4, gpu=False)


def test_a_model_that_fits_gets_all_cores_and_a_context_for_a_question_and_its_articles() -> None:
    settings = machine.choose("small", SMALL, LAPTOP, {})
    assert (settings.context, settings.threads, settings.batch) == (8_192, 4, 512)
    assert (settings.flash_attention, settings.gpu_layers) == (True, 0)


def test_a_context_is_never_longer_than_the_model_was_trained_for() -> None:
    short = replace(SMALL, context=1_000)
    settings = machine.choose("short", short, LAPTOP, {})
    assert (settings.context, settings.batch) == (1_000, 512)
    assert machine.choose("short", short, LAPTOP, {"context": 9_999}).context == 1_000
    assert machine.choose("short", replace(SMALL, context=300), LAPTOP, {}).batch == 300


def test_where_memory_is_short_the_context_is() -> None:
    hungry = replace(SMALL, bytes_per_token=500_000)
    free = {8_192: 8.0, 4_096: 6.0, 2_048: 5.0}
    for context, gigabytes in free.items():
        room = replace(LAPTOP, free=int(gigabytes * 1e9))
        assert machine.choose("hungry", hungry, room, {}).context == context


def test_a_model_that_does_not_fit_is_refused_with_the_figures() -> None:
    tight = replace(LAPTOP, free=3_400_000_000)
    with pytest.raises(ModelLoadError) as caught:
        machine.choose("small", SMALL, tight, {})
    assert str(caught.value) == (
        "The model small needs 3.9 GB of memory (3.3 GB for its weights, 0.1 GB for 2,048 tokens "
        "of context, 0.5 GB to compute in), and 3.4 GB are free; close other programs, or take a "
        "smaller model."
    )


def test_what_somebody_wants_stands_even_where_less_would_fit() -> None:
    wanted = {"context": 4_096, "threads": 2, "batch": 64, "flash_attention": 0, "gpu_layers": 7}
    settings = machine.choose("small", SMALL, replace(LAPTOP, gpu=True), wanted)
    assert (settings.context, settings.threads, settings.batch) == (4_096, 2, 64)
    assert (settings.flash_attention, settings.gpu_layers) == (False, 7)
    assert machine.choose("small", SMALL, LAPTOP, wanted).gpu_layers == 0  # there is no card
    tight = replace(LAPTOP, free=4_000_000_000)
    assert machine.choose("small", SMALL, tight, {}).context == 4_096
    with pytest.raises(ModelLoadError, match="8,192 tokens"):
        machine.choose("small", SMALL, tight, {"context": 8_192})


def test_with_a_graphics_card_all_layers_go_there_and_its_memory_is_not_ours_to_judge() -> None:
    settings = machine.choose("small", SMALL, Machine(free=1_000, cores=8, gpu=True), {})
    assert (settings.gpu_layers, settings.context) == (-1, 8_192)


def test_memory_counts_where_a_card_shares_it_or_takes_only_some_layers() -> None:
    with pytest.raises(ModelLoadError):
        machine.choose("small", SMALL, Machine(free=1_000, cores=8, gpu=True, shared=True), {})
    with pytest.raises(ModelLoadError):
        machine.choose("small", SMALL, Machine(free=1_000, cores=8, gpu=True), {"gpu_layers": 5})


def test_settings_are_read_as_names_with_numbers() -> None:
    assert machine.read_wanted("") == {}
    assert machine.read_wanted(" context=4096  threads=2,gpu_layers=-1 flash_attention=0") == {
        "context": 4_096,
        "threads": 2,
        "gpu_layers": -1,
        "flash_attention": 0,
    }


def test_settings_are_written_as_they_are_read() -> None:
    settings = machine.choose("small", SMALL, LAPTOP, {"threads": 3})
    assert str(settings) == "context=8192 threads=3 batch=512 flash_attention=1 gpu_layers=0"
    assert machine.choose("small", SMALL, LAPTOP, machine.read_wanted(str(settings))) == settings


@pytest.mark.parametrize(
    "text",
    [
        "context",
        "context=",
        "context=many",
        "context=100",
        "threads=0",
        "threads=100000",
        "threads=99999999999",
        "flash_attention=7",
        "speed=9",
        "batch=-1",
        "=",
    ],
)
def test_a_setting_that_is_none_is_one_sentence_that_lists_them(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        machine.read_wanted(f"threads=2 {text}")
    message = str(caught.value)
    assert f"KHABAR_LLAMA has {text!r}" in message
    assert all(name in message for name in ("context", "threads", "batch", "gpu_layers"))
    assert "\n" not in message


def test_this_machine_has_memory_and_a_core() -> None:
    here = machine.this_machine(gpu=True)
    assert here.free > 100_000_000
    assert here.cores >= 1
    assert here.gpu
