"""CodeSearchNet, as published: functions with their documentation, in either spelling.

The original files (``python_train_0.jsonl.gz``) write ``code``, ``docstring``, ``func_name``, ``repo``,
``path``, ``url``, ``partition``; the copy for Hugging Face ``func_code_string``,
``func_documentation_string``, ``whole_func_string``, ``repository_name`` and so on. Lists of
tokens are derived from the texts and not kept.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from afs.training.converters.base import Format, Lossy
from afs.training.converters.conversation import required_text
from afs_core import DataError, Provenance, Run, TrainingSample, Unrepresentable

__all__ = ["CodeSearchNetConverter"]

_OTHER_SPELLING = {
    "func_code_string": "code",
    "func_documentation_string": "docstring",
    "whole_func_string": "original_string",
    "repository_name": "repo",
    "func_path_in_repository": "path",
    "func_code_url": "url",
    "split_name": "partition",
}
_DERIVED = frozenset({"code_tokens", "docstring_tokens", "func_code_tokens", "func_documentation_tokens"})
_LANGUAGES = {"javascript": "JavaScript", "php": "PHP"}
_DOCSTRING = re.compile(r'[ \t]*[rRuUbB]{0,2}("""|\'\'\'|"|\')(?:\\.|(?!\1).)*\1[ \t]*\n?', re.DOTALL)


class CodeSearchNetConverter(Format):
    """``task`` ``write``: the documentation asks, the function answers; ``explain``: the other way round.

    Functions of one repository share a group, as in the dataset's own partition.
    """

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        task: Annotated[
            Literal["write", "explain"], Meta(description="What is asked for: the code or its description")
        ] = "write"
        lossy: Lossy = False

    def __init__(self, config: Config | None = None, run: Run | None = None) -> None:
        super().__init__(config, run)
        self._explains = (config or self.Config()).task == "explain"

    def parse(self, row: dict[str, Any], /) -> TrainingSample:
        known = {_OTHER_SPELLING.get(key, key): value for key, value in row.items() if key not in _DERIVED}
        code, words = required_text(known, "code", "code"), required_text(known, "docstring", "docstring")
        if not code.strip() or not words.strip():
            raise DataError(f"expected text in {'docstring' if code.strip() else 'code'}, got none")
        language = str(known.get("language") or "")
        name = str(known.get("func_name") or "")
        answered = "docstring" if self._explains else "code"
        kept = {key: value for key, value in known.items() if key not in (answered, "original_string")}
        if known.get("original_string", code) != code:
            kept["original_string"] = known["original_string"]
        repository = str(known.get("repo") or "")
        instruction, given, answer = self._exchange(language, name, code, words)
        return TrainingSample(
            instruction,
            answer,
            input=given,
            domain="code",
            source="codesearchnet",
            _metadata={"codesearchnet": kept},
            prov=Provenance(kind="function", group=f"codesearchnet:{repository}" if repository else ""),
        )

    def matches(self, row: dict[str, Any], /) -> bool:
        plain = {"code", "docstring", "func_name"} <= row.keys()
        return plain or {"func_code_string", "func_documentation_string"} <= row.keys()

    def row(self, sample: TrainingSample) -> dict[str, Any]:
        self.refuse_reasoning(sample)
        kept = sample.metadata.get("codesearchnet")
        asked, answered = ("code", "docstring") if self._explains else ("docstring", "code")
        if not isinstance(kept, dict) or not isinstance(kept.get(asked), str):
            field = "_metadata.codesearchnet"
            raise Unrepresentable(f"{field}: only samples that come from it can go back", field=field)
        row = {**kept, answered: sample.output}
        row.setdefault("original_string", row["code"])
        try:
            same = self.parse(row).to_messages() == sample.to_messages()
        except DataError:
            same = False
        if not same:
            raise Unrepresentable("output: no longer what the function's row says", field="output")
        return row

    def _exchange(self, language: str, name: str, code: str, words: str) -> tuple[str, str, str]:
        """Instruction, input and output."""
        kind = " ".join(filter(None, (_LANGUAGES.get(language, language.capitalize()), "function")))
        if self._explains:
            return f"What does this {kind} do?", _without_docstring(code, words), words
        return f"Write a {kind}{f' `{name}`' if name else ''}: {words}", "", code


def _without_docstring(code: str, words: str) -> str:
    """The code without its documentation, which would answer the question; raises DataError."""
    opening = words.strip().splitlines()[0].strip()
    for literal in _DOCSTRING.finditer(code):
        if opening in literal[0]:
            code = code[: literal.start()] + code[literal.end() :]
            break
    if opening and opening in code:
        raise DataError("the code holds its documentation in a place that is no docstring")
    return code
