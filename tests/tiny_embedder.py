"""Write a tiny real sentence-transformers model: random BERT weights, mean pooling."""

from pathlib import Path

DIMENSION = 32


def write_model(folder: Path) -> Path:
    """Write a model of `DIMENSION` numbers a text, without prompts; returns the folder."""
    # Imported here: it takes seconds, and collecting the tests is for everybody.
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = [chr(code) for code in (*range(0x21, 0x7F), *range(0x900, 0x970))]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*special, *letters, *(f"##{letter}" for letter in letters)]
    numbers = {piece: i for i, piece in enumerate(pieces)}
    words = models.WordPiece(numbers, unk_token=special[1])
    tokenizer = Tokenizer(words)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = dict(zip(("pad", "unk", "cls", "sep", "mask"), special, strict=True))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=128,
        **{f"{name}_token": token for name, token in names.items()},
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    raw = folder.parent / f"{folder.name}-bert"
    BertModel(config).save_pretrained(raw)
    fast.save_pretrained(raw)
    parts = [Transformer(str(raw)), Pooling(DIMENSION, pooling_mode="mean")]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder))
    return folder
