"""Training rows: library text and synthetic chats, as token ids and labels of one fixed width."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from afs.quickstart.tinymodel import documents, library
from afs.quickstart.tinymodel.facts import FactPool

IGNORED = -100
Chat = tuple[str, str]
Row = tuple[list[int], list[int]]


@dataclass(frozen=True)
class Mixture:
    """How much of what: the share of library rows, and the weights of the chats in the others."""

    library: float = 0.3
    recall: float = 0.6
    memory_map: float = 0.25
    routine: float = 0.1
    section: float = 0.05
    docstring: float = 0.1
    pool: int = 128
    lifetime: int = 100


class ChatSource:
    """An endless, seeded stream of question and answer pairs of every kind."""

    def __init__(self, seed: int, sources: list[library.Source], mixture: Mixture) -> None:
        self.rng = random.Random(seed)
        words = library.common_words(sources, 3000)
        docstrings = list(library.documented(sources))
        pool = FactPool(self.rng, words, mixture.pool, mixture.lifetime)
        makers: list[tuple[Callable[[], Chat], float]] = [
            (pool.draw, mixture.recall),
            (lambda: documents.memory_map(self.rng, words), mixture.memory_map),
            (lambda: documents.routine(self.rng, words), mixture.routine),
            (lambda: documents.section(self.rng, words), mixture.section),
            (lambda: documents.docstring(self.rng, self.rng.choice(docstrings)), mixture.docstring),
        ]
        self.makers = [maker for maker, _ in makers]
        self.weights = [weight for _, weight in makers]

    def __iter__(self) -> Iterator[Chat]:
        while True:
            yield self.rng.choices(self.makers, self.weights)[0]()


def encode_chat(tokenizer: PreTrainedTokenizerBase, chat: Chat) -> Row:
    """Ids of the rendered chat; only the answer and its stop token carry a label."""
    prompt = f"<|im_start|>user\n{chat[0]}<|im_end|>\n<|im_start|>assistant\n"
    head = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    tail = tokenizer(f"{chat[1]}<|im_end|>", add_special_tokens=False)["input_ids"]
    newline = tokenizer("\n", add_special_tokens=False)["input_ids"]
    return head + tail + newline, [IGNORED] * len(head) + tail + [IGNORED] * len(newline)


def chat_rows(tokenizer: PreTrainedTokenizerBase, chats: Iterator[Chat], width: int) -> Iterator[Row]:
    """Whole chats side by side, as many as fit; a chat longer than a row is left out."""
    filler = tokenizer("<|endoftext|>")["input_ids"][0]
    ids: list[int] = []
    labels: list[int] = []
    for chat in chats:
        more_ids, more_labels = encode_chat(tokenizer, chat)
        if len(more_ids) > width:
            continue
        if len(ids) + len(more_ids) > width:
            gap = width - len(ids)
            yield ids + [filler] * gap, labels + [IGNORED] * gap
            ids, labels = [], []
        ids, labels = ids + more_ids, labels + more_labels


def library_rows(
    tokenizer: PreTrainedTokenizerBase, sources: list[library.Source], width: int, seed: int
) -> Iterator[Row]:
    """The modules end to end in rows, shuffled, again and again."""
    separator = tokenizer("<|endoftext|>")["input_ids"][0]
    stream = np.concatenate([[*tokenizer(text)["input_ids"], separator] for _, text in sources])
    rows = stream[: len(stream) // width * width].reshape(-1, width)
    shuffle = random.Random(seed)
    while True:
        for index in shuffle.sample(range(len(rows)), len(rows)):
            row = rows[index].tolist()
            yield row, row


def batches(
    rows: Iterator[Row], other: Iterator[Row], share: float, size: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Arrays of shape (2, size, width), ids and labels; `share` of the rows come from `rows`."""
    rng = random.Random(seed)
    while True:
        yield np.array(
            [next(rows if rng.random() < share else other) for _ in range(size)], dtype=np.int64
        ).transpose(1, 0, 2)
