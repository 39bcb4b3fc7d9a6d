"""How what documents and files hold is asked for."""

from __future__ import annotations

__all__ = ["DOCUMENTS"]

#: By kind of sample, as in ``QUESTIONS``.
DOCUMENTS: dict[str, tuple[str, ...]] = {
    "heading": (
        "Which section begins like this? {key}",
        "Name the section that starts with: {key}",
        "This opens which section? {key}",
        "To which section does this text belong? {key}",
    ),
    "row": (
        "What is said of {key}?",
        "Look up {key}.",
        "Give the entry {key}.",
        "Read out {key}.",
    ),
    "term": (
        "What do the documents say of {key}?",
        "Explain {key}.",
        "What is meant by {key}?",
        "Describe {key}.",
    ),
    "steps": (
        "What are the steps of {key}?",
        "List the steps of {key} in their order.",
        "How does {key} go, step by step?",
        "Give all steps of {key}.",
    ),
    "points": (
        "What does the numbered list of {key} say?",
        "Give the numbered list of {key}.",
        "List the numbered points of {key} in their order.",
        "Which points does {key} number?",
    ),
    "point": (
        "In the numbered list, what comes after {key}?",
        "Give the numbered point that follows {key}.",
        "Which numbered point stands below {key}?",
        "What does the numbered list say next, after {key}?",
    ),
    "question": ("{key}",),
    "chapters": (
        "In which order do the parts of {key} come?",
        "List the parts of {key} in their order.",
        "How is {key} divided, from first to last?",
        "Give all numbered parts of {key}.",
    ),
    "order": (
        "What comes after {key}?",
        "What follows {key}?",
        "Name the step behind {key}.",
        "Which step is next after {key}?",
    ),
    "part-order": (
        "Which part comes after {key}?",
        "What follows {key}?",
        "Name the part behind {key}.",
        "Which part is next after {key}?",
    ),
    "file": (
        "What does the file {key} hold?",
        "Give an overview of {key}.",
        "Describe the source file {key}.",
        "What is defined in {key}?",
    ),
    "folder": (
        "What does the folder {key} hold?",
        "Give an overview of the folder {key}.",
        "Which files are in {key}?",
        "Describe the folder {key}.",
    ),
    "includes": (
        "In which order does {key} read in other files?",
        "List the files that {key} includes, in order.",
        "Which sources does {key} include?",
        "What does {key} assemble, and in which order?",
    ),
}
