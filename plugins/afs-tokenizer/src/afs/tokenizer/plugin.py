"""What afs-tokenizer offers."""

from __future__ import annotations

from afs_core import Command, hookimpl


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="tokenizer train",
            target="afs.tokenizer.cli:train",
            summary="Learn a vocabulary from assembly, prose and samples",
        ),
        Command(
            path="tokenizer encode",
            target="afs.tokenizer.cli:encode",
            summary="Turn text into token ids, or count its tokens",
        ),
        Command(
            path="tokenizer decode",
            target="afs.tokenizer.cli:decode",
            summary="Turn token ids back into the text",
        ),
    ]
