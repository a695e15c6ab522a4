"""Train and write a tiny real cross-encoder that knows who bit whom, which no bag of words does."""

from itertools import product
from pathlib import Path
from typing import Any

PASSAGES = (
    "The dog bit the man.",
    "The man bit the dog.",
    "कुत्ते ने आदमी को काटा।",
    "आदमी ने कुत्ते को काटा।",
)
ANSWERS = {
    "Who bit the man?": {0, 2},
    "Who bit the dog?": {1, 3},
    "आदमी को किसने काटा?": {0, 2},
    "कुत्ते को किसने काटा?": {1, 3},
    "aadmi ko kisne kaata?": {0, 2},
    "kutte ko kisne kaata?": {1, 3},
}
"""Questions in three forms, each with the numbers of the passages that answer it."""
MAX_TOKENS = 64

_STEPS = 40
_LEARNED = 0.05
"""Mean cross-entropy of a model that has learned which pairs belong together."""
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_model(folder: Path, labels: int = 1) -> Path:
    """Write a cross-encoder of so many outputs, trained if it has one; returns the folder."""
    # Imported here: it takes seconds, and collecting the tests is for everybody.
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = _tokenizer()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=MAX_TOKENS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.4,  # with the usual 0.02 so small a model hardly moves
        num_labels=labels,
    )
    model = BertForSequenceClassification(config)
    if labels == 1:
        _train(model, tokenizer)
    raw = folder.parent / f"{folder.name}-bert"
    model.save_pretrained(raw)
    tokenizer.save_pretrained(raw)
    CrossEncoder(str(raw), device="cpu", local_files_only=True).save_pretrained(str(folder))
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    split = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()]
    )
    texts = [text.lower() for text in (*PASSAGES, *ANSWERS)]
    words = sorted({word for text in texts for word, _ in split.pre_tokenize_str(text)})
    numbers = {word: i for i, word in enumerate((*_SPECIAL, *words))}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))  # noqa: S106, no secret
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = split
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    names = zip(("pad", "unk", "cls", "sep", "mask"), _SPECIAL, strict=True)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=MAX_TOKENS,
        **{f"{name}_token": token for name, token in names},
    )


def _train(model: Any, tokenizer: Any) -> None:
    import torch

    pairs = list(product(ANSWERS, range(len(PASSAGES))))
    batch = tokenizer(
        [question for question, _ in pairs],
        [PASSAGES[i] for _, i in pairs],
        padding=True,
        return_tensors="pt",
    )
    wanted = torch.tensor([[float(i in ANSWERS[question])] for question, i in pairs])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # over so little, more only wait for each other
    for _ in range(_STEPS):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(**batch).logits, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    assert loss.item() < _LEARNED
