"""What tests see of a reader and of what it says."""

from index.reading import Reader


def is_one_sentence(message: str) -> bool:
    return message.endswith(".") and "\n" not in message and len(message) < 600


def pid(reader: Reader) -> int:
    assert reader._process
    return reader._process.pid
