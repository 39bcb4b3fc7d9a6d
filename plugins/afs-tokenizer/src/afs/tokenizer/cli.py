"""``afs tokenizer train``, ``encode`` and ``decode``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afs_core import UsageError
from afs_core.cli import Console, afs_command, data_path, required_input

from .asm_tokenizer import SPECIAL, ASMTokenizer
from .corpus import Corpus
from .ids import read_ids, read_text, write_text

_vocabulary = click.option(
    "--tokenizer", "folder", type=data_path, help="Folder of a tokenizer  [default: the shipped one]"
)
_inputs = click.option("--input", "inputs", multiple=True, type=data_path, help="Files, or - for stdin")


@afs_command()
@click.option(
    "--input",
    "inputs",
    multiple=True,
    type=data_path,
    help="Source files, text, samples (.jsonl), or folders of them; - for stdin",
)
@click.option("--output", required=True, type=data_path, help="Folder of the tokenizer")
@click.option(
    "--vocab-size",
    type=click.IntRange(1, 1_000_000),
    default=8192,
    show_default=True,
    help="Tokens in all, special ones among them",
)
@click.option("--special", multiple=True, help=f"Special tokens  [default: {' '.join(SPECIAL)}]")
@click.option("--no-special", is_flag=True, help="No special tokens")
def train(
    console: Console,
    inputs: tuple[Path, ...],
    output: Path,
    vocab_size: int,
    special: tuple[str, ...],
    no_special: bool,
) -> object:
    """Learn a vocabulary. The same texts give the same bytes."""
    if special and no_special:
        raise UsageError("--special and --no-special: expected one of them")
    if output == Path("-"):
        raise UsageError("--output -: expected a folder")
    corpus = Corpus(required_input(inputs))
    chosen = () if no_special else special or SPECIAL
    tokenizer = ASMTokenizer.train(corpus.texts(), vocab_size, special=chosen)
    for reason, number in corpus.passed_over.items():
        console.note(f"{number:,} passed over: {reason}")
    console.note(f"{corpus.read:,} texts of {corpus.files:,} files, {corpus.characters:,} characters")
    if tokenizer.vocab_size < vocab_size:
        console.warn(f"{tokenizer.vocab_size:,} tokens of {vocab_size:,}: nothing else occurs twice")
    tokenizer.save(output)
    console.note(f"{output} written ({tokenizer.vocab_size:,} tokens)")
    return {
        "output": output,
        "vocab_size": tokenizer.vocab_size,
        "special": tokenizer.special_tokens,
        "files": corpus.files,
        "texts": corpus.read,
        "characters": corpus.characters,
        "passed_over": corpus.passed_over,
    }


@afs_command()
@_inputs
@_vocabulary
@click.option("--tokens", is_flag=True, help="One token a line: id, first character, end, text")
@click.option("--lexemes", is_flag=True, help="One lexeme a line: kind, first character, end, text")
@click.option("--count", is_flag=True, help="Characters, lines and tokens of each file")
@click.option("--special", is_flag=True, help="Take special tokens in the text for what they look like")
def encode(
    console: Console,
    inputs: tuple[Path, ...],
    folder: Path | None,
    special: bool,
    **modes: bool,
) -> object:
    """Turn text into token ids: those of each input on one line, which `decode` turns back."""
    chosen = [name for name, wanted in modes.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"{', '.join(f'--{name}' for name in chosen)}: expected one of them")
    tokenizer = _tokenizer(folder)
    show = _MODES[chosen[0] if chosen else "ids"]
    rows = [show(tokenizer, path, read_text(path), special) for path in required_input(inputs)]
    if chosen == ["count"]:
        console.table(rows)
    else:
        for row in rows:
            for line in _lines(row):
                console.print(line)
    return {"files": rows}


@afs_command()
@_inputs
@_vocabulary
@click.option("--output", type=data_path, help="Where the text goes  [default: stdout]")
@click.option("--skip-special", is_flag=True, help="Leave special tokens out")
def decode(
    console: Console,
    inputs: tuple[Path, ...],
    folder: Path | None,
    output: Path | None,
    skip_special: bool,
) -> object:
    """Turn token ids back into the text, byte for byte what was encoded.

    Ids are separated by blanks, ends of lines or commas, in brackets or without.
    """
    tokenizer = _tokenizer(folder)
    texts = [
        tokenizer.decode(read_ids(path, tokenizer.vocab_size), skip_special=skip_special)
        for path in required_input(inputs)
    ]
    text = "".join(texts)
    if output is not None or not console.json:
        write_text(text, output)
    return {"text": None if output else text, "output": output}


def _tokenizer(folder: Path | None) -> ASMTokenizer:
    return ASMTokenizer() if folder is None else ASMTokenizer.load(folder)


def _ids(tokenizer: ASMTokenizer, path: Path, text: str, special: bool) -> dict[str, Any]:
    return {"file": str(path), "ids": tokenizer.encode(text, special=special)}


def _tokens(tokenizer: ASMTokenizer, path: Path, text: str, special: bool) -> dict[str, Any]:
    found = tokenizer.spans(text, special=special)
    rows = [(*token, tokenizer.token_bytes(token.id).decode("utf-8", "backslashreplace")) for token in found]
    return {"file": str(path), "rows": rows}


def _lexemes(tokenizer: ASMTokenizer, path: Path, text: str, special: bool) -> dict[str, Any]:
    found = tokenizer.lexemes(text)
    return {"file": str(path), "rows": [(each.kind, each.start, each.end, each.text) for each in found]}


def _count(tokenizer: ASMTokenizer, path: Path, text: str, special: bool) -> dict[str, Any]:
    tokens = len(tokenizer.encode(text, special=special))
    lines = len(text.split("\n")) - (text[-1:] in ("\n", ""))
    return {
        "file": str(path),
        "characters": len(text),
        "lines": lines,
        "tokens": tokens,
        "tokens_per_line": round(tokens / lines, 3) if lines else None,
    }


_MODES = {"ids": _ids, "tokens": _tokens, "lexemes": _lexemes, "count": _count}


def _lines(shown: dict[str, Any]) -> list[str]:
    if "ids" in shown:
        return [" ".join(map(str, shown["ids"]))]
    return ["\t".join((*map(str, row[:3]), repr(row[3]))) for row in shown["rows"]]
