"""``ASMTokenizer``: lexemes for people, token ids for models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, NamedTuple

from tokenizers import AddedToken, Tokenizer

from afs_core import DataError, UsageError

from .folder import read_folder, write_folder
from .lexemes import Lexeme, read_lexemes
from .pipeline import pipeline
from .seeds import BYTES
from .segments import segments
from .training import learn

__all__ = ["SPECIAL", "ASMTokenizer", "Token"]

#: Special tokens of a new vocabulary: padding and end of text, begin and end of a turn.
SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_BYTE: Final = {char: bytes((number,)) for number, char in enumerate(BYTES)}
_SURROGATES: Final = re.compile("([\ud800-\udfff]+)")


class Token(NamedTuple):
    """A token of a text, with the characters that it covers.

    A token may be a part of a character; its neighbours then cover the same one.
    """

    id: int
    start: int
    end: int


class ASMTokenizer:
    """Cuts assembly and prose into tokens and puts them together again: ``decode(encode(x)) == x``
    for every ``str``, lone surrogates and control characters among them.

    ``ASMTokenizer()`` has the shipped vocabulary, :meth:`load` that of a folder, :meth:`train`
    learns one.

    >>> tokenizer = ASMTokenizer()
    >>> tokenizer.decode(tokenizer.encode("  LDA.w $0022,X : BEQ +"))
    '  LDA.w $0022,X : BEQ +'
    """

    def __init__(self) -> None:
        with as_file(files(__package__) / "vocabulary") as folder:
            self._take(read_folder(folder))

    @classmethod
    def load(cls, folder: str | Path) -> ASMTokenizer:
        """What :meth:`save` wrote. Raises DataError for anything else."""
        return cls._of(read_folder(Path(folder).expanduser()))

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int = 8192, *, special: Sequence[str] = SPECIAL
    ) -> ASMTokenizer:
        """Learn a vocabulary of ``vocab_size`` tokens, ``special`` ones among them, from ``texts``.

        The order of the texts does not matter. The vocabulary is smaller where they repeat too
        little. Raises UsageError where ``vocab_size`` is too small for what every vocabulary holds
        (see :mod:`afs.tokenizer.seeds`), or a special token is empty, given twice or an ordinary token.
        """
        tokenizer = pipeline(learn(texts, vocab_size - len(special)))
        for token in special:
            if not token or tokenizer.token_to_id(token) is not None:
                raise UsageError(f"special token {token!r}: expected text that is no other token")
            tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False)])
        return cls._of(tokenizer)

    @classmethod
    def _of(cls, tokenizer: Tokenizer) -> ASMTokenizer:
        made = cls.__new__(cls)
        made._take(tokenizer)
        return made

    def _take(self, tokenizer: Tokenizer) -> None:
        self._marked = tokenizer
        self._plain = Tokenizer.from_str(tokenizer.to_str())
        self._plain.encode_special_tokens = True  # as text, that is

    def save(self, folder: str | Path) -> Path:
        """Write ``tokenizer.json`` and ``tokenizer_config.json``, which ``AutoTokenizer`` reads."""
        return write_folder(self._marked, Path(folder).expanduser())

    # Text into tokens

    def tokenize(self, text: str) -> list[str]:
        """Labels, mnemonics, operands and comments, as a person reads them."""
        return [lexeme.text for lexeme in self.lexemes(text)]

    def lexemes(self, text: str) -> list[Lexeme]:
        """As :meth:`tokenize`, each with its kind and place."""
        return list(read_lexemes(text))

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """The ids of ``text``. What looks like a special token is plain text unless ``special``."""
        return self.encode_batch([text], special=special)[0]

    def encode_batch(self, texts: Sequence[str], *, special: bool = False) -> list[list[int]]:
        """As :meth:`encode`, of several texts, on as many cores as ``tokenizers`` takes."""
        if any(map(_has_surrogates, texts)):
            return [[token.id for token in self.spans(text, special=special)] for text in texts]
        tokenizer = self._marked if special else self._plain
        whole = [[text] if special else list(segments(text)) for text in texts]
        flat = [segment for each in whole for segment in each]
        found = iter(tokenizer.encode_batch_fast(flat, add_special_tokens=False))
        return [[id for _ in each for id in next(found).ids] for each in whole]

    def spans(self, text: str, *, special: bool = False) -> list[Token]:
        """The tokens of ``text``, each with the characters that it covers.

        Surrogates, which UTF-8 cannot hold, are three bytes each, one token a byte.
        """
        return list(self._spans(text, self._marked if special else self._plain))

    def _spans(self, text: str, tokenizer: Tokenizer) -> Iterator[Token]:
        at = 0
        for part in _SURROGATES.split(text):
            if _SURROGATES.match(part):
                for place, char in enumerate(part, at):
                    for byte in char.encode("utf-8", "surrogatepass"):
                        yield Token(self._of_byte[byte], place, place + 1)
            else:
                encoded = tokenizer.encode(part, add_special_tokens=False)
                for id, (start, end) in zip(encoded.ids, encoded.offsets, strict=True):
                    yield Token(id, at + start, at + end)
            at += len(part)

    # Tokens into text

    def decode(self, ids: Iterable[int], *, skip_special: bool = False) -> str:
        """The text of ``ids``. Bytes that are no UTF-8, as half a character has, become U+FFFD.

        Raises DataError for an id that the vocabulary does not have.
        """
        raw = b"".join(self._raw(ids, skip_special))
        try:
            return raw.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return raw.decode("utf-8", "replace")

    def decode_batch(self, batch: Iterable[Iterable[int]], *, skip_special: bool = False) -> list[str]:
        return [self.decode(ids, skip_special=skip_special) for ids in batch]

    def token_bytes(self, id: int) -> bytes:
        """What a token stands for."""
        return b"".join(self._raw((id,), False))

    def _raw(self, ids: Iterable[int], skip_special: bool) -> Iterator[bytes]:
        table, special = self._bytes, self._special if skip_special else ()
        for id in ids:
            if not 0 <= id < len(table):
                raise DataError(f"token id {id}: expected 0 to {len(table) - 1}")
            if id not in special:
                yield table[id]

    # The vocabulary

    @property
    def vocab_size(self) -> int:
        """Tokens in all, special ones among them."""
        return len(self._bytes)

    def __len__(self) -> int:
        return self.vocab_size

    def __repr__(self) -> str:
        return f"ASMTokenizer(vocab_size={self.vocab_size})"

    @property
    def special_tokens(self) -> dict[str, int]:
        """Special tokens and their ids."""
        return {token.content: id for id, token in self._marked.get_added_tokens_decoder().items()}

    def token_to_id(self, token: str) -> int | None:
        """The id of a token spelled as in `tokenizer.json`, where ``Ġ`` is a blank and ``Ċ`` an end
        of line; None where there is none."""
        return self._marked.token_to_id(token)

    def id_to_token(self, id: int) -> str | None:
        """The token of ``id``, spelled as in `tokenizer.json`; None where there is none."""
        return self._marked.id_to_token(id) if 0 <= id < self.vocab_size else None

    @cached_property
    def _special(self) -> frozenset[int]:
        return frozenset(self.special_tokens.values())

    @cached_property
    def _bytes(self) -> list[bytes]:
        special = {id: token for token, id in self.special_tokens.items()}
        vocabulary = sorted((id, token) for token, id in self._marked.get_vocab().items())
        return [
            special[id].encode() if id in special else b"".join(map(_BYTE.__getitem__, token))
            for id, token in vocabulary
        ]

    @cached_property
    def _of_byte(self) -> list[int]:
        vocabulary = self._marked.get_vocab()
        return [vocabulary[char] for char in BYTES]


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and _SURROGATES.search(text) is not None
