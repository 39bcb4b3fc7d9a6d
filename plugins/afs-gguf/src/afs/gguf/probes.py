"""What the two engines are asked: texts on which tokenizers part ways, and shapes of chats.

All texts are in composed form (NFC): the engine does not normalise, the tokenizer does.
"""

from __future__ import annotations

__all__ = ["CHATS", "TEXTS"]

TEXTS = (
    "<|im_start|>system\nYou know the memory map.<|im_end|>\n<|im_start|>user\nWhere is X?<|im_end|>\n"
    "<|im_start|>assistant\nAt $7E0022.<|im_end|>\n",
    "Reset:\n    SEI\n    CLC : XCE          ; native mode\n    REP #$38\n    LDA.w #$01FF : TCS\n",
    "!LINK_STATE = $7E005D   ; 16-bit\n\tlda !LINK_STATE,x\n\tbne +\n\tjsl Sprite_Main : rtl\n+\n",
    "org $0081BA\nincsrc \"ram/items.asm\" ; don't move: it's they're we've I'm I'll you'd",
    "0 1 12 123 1234 65816 3.14159 $7E:F340 0xDEADBEEF 1e-05 2026-11-20",
    "Çà et là, l'été à Łódź; naïve façade, Straße, smørrebrød, año, Ελλάδα, Привет, мир!",
    "日本語のテキスト、漢字とカナ。 中文字符测试 한국어 문장입니다. العربية עברית हिन्दी ไทย",
    "🙂🎮 🗡️👩‍🚀 🇯🇵 ✓ → ∀x∈ℝ: x² ≥ 0 … “quotes” — ‘dashes’",
    "   leading\n\n\n  runs   of    spaces \t\tand\ttabs\r\nCRLF\r\n\r\n   \n trailing   ",
    "def f(x):\n\treturn {'a': [1, 2, *x], \"b\": f'{x!r:>10}'}  # ok?\n\n\nclass A(B): ...\n",
    "https://example.org/a?b=c&d=%20#e user@example.org C:\\Users\\x\\y.txt ~/.config/afs.toml",
    "| Address | Name |\n|---------|------|\n| `$7E0010` | **GameMode** |\n\n- [x] done\n1. one\n",
    "a<|im_end|>b <|endoftext|> <|im_start|> <|not_a_token|> <|im_",
    "zzzzzzzzzzzzzzzzqqqqqqqqxxxxxxxx\u00a0\u2003\u3000\ufeff\u0000\u0007end",
)

_USER = {"role": "user", "content": "Where is the hero's position kept?"}
_SYSTEM = {"role": "system", "content": "You answer in one line.\nNo prose."}
_ANSWER = {"role": "assistant", "content": "At `$7E0022` (X) and `$7E0020` (Y)."}
_AGAIN = {"role": "user", "content": "  And   the 🗡️?\n"}

CHATS: dict[str, list[dict[str, str]]] = {
    "user": [_USER],
    "system, user": [_SYSTEM, _USER],
    "user, assistant, user": [_USER, _ANSWER, _AGAIN],
    "system, user, assistant, user": [_SYSTEM, _USER, _ANSWER, _AGAIN],
}
