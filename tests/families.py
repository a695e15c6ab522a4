"""How five families of models mark turns, for tiny models that do it as they do.

Shortened from the templates that their GGUF files carry: no tools, no images.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """How the models of one family mark turns: their chat template, shortened, and its tokens."""

    template: str
    control: tuple[str, ...]
    opening: str
    """The token after which the model begins to write."""


_NEWLINE = "<0x0A>"
FAMILIES = {
    "gemma 4": Family(
        "{{ bos_token }}{% for m in messages %}<|turn>{{ m['role'] }}\n{{ m['content'] | trim }}"
        "<turn|>\n{% endfor %}<|turn>model\n"
        "{% if not enable_thinking | default(false) %}<|channel>thought\n<channel|>{% endif %}",
        ("<|turn>", "<turn|>", "<|channel>", "<channel|>"),
        "<channel|>",
    ),
    "gemma 3": Family(
        "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}"
        "<start_of_turn>{{ m['role'] }}\n{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
        "{{ '<start_of_turn>model\n' }}",
        ("<start_of_turn>", "<end_of_turn>"),
        _NEWLINE,
    ),
    "qwen": Family(
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] | trim }}<|im_end|>\n"
        "{% endfor %}<|im_start|>assistant\n<think>\n"
        "{{ '\n</think>\n\n' if enable_thinking is defined and not enable_thinking }}",
        ("<|im_start|>", "<|im_end|>", "<think>", "</think>"),
        _NEWLINE,
    ),
    "llama 3": Family(
        "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>"
        "\n\n{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        _NEWLINE,
    ),
    "mistral": Family(
        "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}"
        "[SYSTEM_PROMPT]{{ m['content'] }}[/SYSTEM_PROMPT]{% else %}"
        "[INST]{{ m['content'] }}[/INST]{% endif %}{% endfor %}",
        ("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"),
        "[/INST]",
    ),
}
