"""The turns of a Codex CLI log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from afs.generators.codex_draft import Draft
from afs.generators.codex_outputs import Outcome, outcome, texts_of
from afs.generators.codex_records import Record
from afs.generators.codex_words import is_interruption, typed
from afs.generators.conversation import Turn

__all__ = ["Reading", "turns_of"]

_UUID = 32
_PASSED_ITEMS = frozenset(
    {
        "additional_tools",
        "agent_message",
        "compaction",
        "compaction_summary",
        "compaction_trigger",
        "context_compaction",
        "ghost_snapshot",
        "other",
    }
)
_PASSED_EVENTS = frozenset(
    {
        "agent_reasoning_section_break",
        "background_event",
        "context_compacted",
        "exec_command_begin",
        "exec_command_output_delta",
        "exited_review_mode",
        "image_generation_end",
        "item_started",
        "mcp_tool_call_begin",
        "patch_apply_begin",
        "plan_update",
        "session_configured",
        "shutdown_complete",
        "stream_error",
        "sub_agent_activity",
        "thread_goal_updated",
        "thread_name_updated",
        "thread_settings_applied",
        "token_count",
        "turn_diff",
        "view_image_tool_call",
        "warning",
        "web_search_begin",
        "web_search_end",
    }
)


def turns_of(records: Iterable[Record], lineage: str, noted: dict[str, int]) -> tuple[Turn, ...]:
    """The turns in order, without those that were rolled back. ``lineage`` is the session that a
    fork goes back to: what it copied has the same ids there."""
    records = list(records)
    reading = Reading(records, noted)
    for record in records:
        reading.read(record)
    return tuple(draft.turn(lineage, reading.outcomes) for draft in reading.drafts)


class Reading:
    """Goes through the records of a file. What stands in both logs is read from one: prompts from the
    events, where there are any, what the model wrote from the items."""

    def __init__(self, records: list[Record], noted: dict[str, int]) -> None:
        self.drafts: list[Draft] = []
        self.outcomes: dict[str, Outcome] = {}
        self._noted = noted
        self._told_by_events = any(_is_prompt_event(record) for record in records)
        self._told_by_items = any(_is_spoken(record) for record in records)
        self._model = ""
        self._turn = ""
        self._begun = False  # a turn was announced since the last prompt
        self._announced = False  # this version announces turns at all
        self._prompts = 0
        self._summaries: set[str] = set()

    def read(self, record: Record) -> None:
        if record.kind == "context":
            self._model = record.text("model") or self._model
            self._name_turn(record)
        elif record.kind == "compacted":
            self._forget_summary(record.text("message"))
        elif record.kind == "item":
            self._item(record)
        elif record.kind == "event":
            self._event(record)

    # -- what the model is sent and sends

    def _item(self, record: Record) -> None:
        kind = record.type
        if kind == "message":
            self._message(record)
        elif kind == "reasoning":
            self._think(
                record, texts_of(record.payload.get("summary")), texts_of(record.payload.get("content"))
            )
        elif kind.endswith("_output"):
            self._output(record)
        elif kind.endswith("_call"):
            self._draft(record).call(record, self._model)
        elif kind not in _PASSED_ITEMS:
            self._unknown(record)

    def _message(self, record: Record) -> None:
        texts, role = texts_of(record.payload.get("content")), record.text("role")
        if role == "assistant":
            self._say(record, "".join(texts), record.text("phase"))
        elif role == "user" and is_interruption(texts):
            self._stop("interrupted")
        elif role == "user" and not self._told_by_events:
            self._ask(record, typed(texts), _pictures(record.payload.get("content")), by_item=True)

    def _output(self, record: Record) -> None:
        id = record.text("call_id")
        held = record.payload.get("output", record.payload.get("tools"))
        text, failed = outcome(held)
        known = self.outcomes.get(id)
        self.outcomes[id] = (text, failed or (known is not None and known[1]))
        if self.drafts:
            self.drafts[-1].answer(record)

    # -- what the person sees

    def _event(self, record: Record) -> None:
        reader = _EVENTS.get(record.type)
        if reader is not None:
            reader(self, record)
        elif record.type not in _PASSED_EVENTS:
            self._unknown(record)

    def _user_message(self, record: Record) -> None:
        if record.text("kind") in ("", "plain"):
            pictures = sum(len(_list(record.payload.get(name))) for name in ("images", "local_images"))
            self._ask(record, typed([record.text("message")]), pictures)

    def _agent_message(self, record: Record) -> None:
        if not self._told_by_items:
            self._say(record, record.text("message"), record.text("phase"))

    def _agent_reasoning(self, record: Record) -> None:
        self._think(record, [], [], [record.text("text")])

    def _raw_reasoning(self, record: Record) -> None:
        self._think(record, [], [record.text("text")])

    def _started(self, record: Record) -> None:
        self._announced = self._begun = True
        self._name_turn(record)

    def _completed(self, record: Record) -> None:
        """The last words stand here once more; where they stand nowhere else they are read from here."""
        words = record.text("last_agent_message").strip()
        known = words in self._summaries or not self.drafts or self.drafts[-1].confirm(words)
        if words and not known:
            self._say(record, words, "final_answer")

    def _aborted(self, record: Record) -> None:
        self._stop(record.text("reason") or "interrupted")

    def _failed(self, record: Record) -> None:
        self._stop("the API failed")

    def _rolled_back(self, record: Record) -> None:
        count = record.payload.get("num_turns")
        asked = [place for place, draft in enumerate(self.drafts) if draft.asked]
        gone = asked[-count:] if isinstance(count, int) and count > 0 else []
        if gone:
            del self.drafts[gone[0] :]
            name = "turns on branches given up"
            self._noted[name] = self._noted.get(name, 0) + len(gone)

    def _review(self, record: Record) -> None:
        self.drafts.append(Draft(record, self._prompts, "", 0))

    def _tool_ended(self, record: Record) -> None:
        id = record.text("call_id")
        failed = _failed(record.payload)
        text, failed_before = self.outcomes.get(id, (None, False))
        if text is None:
            text = record.text("aggregated_output") or record.text("stdout")
            if self.drafts:
                self.drafts[-1].answer(record)
        self.outcomes[id] = (text, failed or failed_before)

    def _item_completed(self, record: Record) -> None:
        """An item of the newest versions, which do not write the older events beside it."""
        item = record.payload.get("item")
        item = item if isinstance(item, dict) else {}
        if item.get("type") == "UserMessage":
            texts = [text for text in texts_of(item.get("content")) if text != "[image]"]
            self._ask(record, typed(texts), _pictures(item.get("content")))
        elif item.get("type") == "AgentMessage" and not self._told_by_items:
            self._say(record, "".join(texts_of(item.get("content"))), str(item.get("phase", "")))

    # -- both

    def _ask(self, record: Record, text: str, pictures: int, by_item: bool = False) -> None:
        if not text and not pictures:
            return
        last = self.drafts[-1] if self.drafts else None
        if last is not None and self._announced and not self._begun and last.is_working():
            last.asked.append(text)
            last.queued += 1
            return
        self.drafts.append(Draft(record, self._prompts, text, pictures, self._turn, by_item))
        self._prompts += 1
        self._begun = False

    def _say(self, record: Record, text: str, phase: str) -> None:
        if text.strip():
            self._draft(record).say(record, text, phase, self._model)

    def _think(
        self, record: Record, summary: list[str], thinking: list[str], shown: list[str] | None = None
    ) -> None:
        self._draft(record).think(record, summary, thinking, shown or [], self._model)

    def _draft(self, record: Record) -> Draft:
        if not self.drafts:
            self.drafts.append(Draft(record, self._prompts, "", 0))
        return self.drafts[-1]

    def _stop(self, reason: str) -> None:
        if self.drafts:
            self.drafts[-1].stopped = reason

    def _name_turn(self, record: Record) -> None:
        name = record.text("turn_id")
        if len(name) < _UUID:
            return
        self._turn = name
        if self.drafts and not self.drafts[-1].steps and not self._begun:
            self.drafts[-1].name = name

    def _forget_summary(self, message: str) -> None:
        """The summary of a compaction is written as an answer too."""
        last = self.drafts[-1] if self.drafts else None
        if last is None or not last.steps or not last.steps[-1].text:
            return
        if message.strip().endswith(last.steps[-1].text.strip()):
            self._summaries.add(last.steps.pop().text.strip())
            if not last.steps and last.by_item:
                self.drafts.pop()

    def _unknown(self, record: Record) -> None:
        name = f"unknown record: {record.kind} {record.type[:40]}"
        self._noted[name] = self._noted.get(name, 0) + 1


def _is_prompt_event(record: Record) -> bool:
    if record.kind != "event":
        return False
    item = record.payload.get("item")
    return record.type == "user_message" or (isinstance(item, dict) and item.get("type") == "UserMessage")


def _is_spoken(record: Record) -> bool:
    return record.kind == "item" and record.type == "message" and record.text("role") == "assistant"


def _failed(ended: dict[str, Any]) -> bool:
    code, result = ended.get("exit_code"), ended.get("result")
    said_so = ended.get("success") is False or (isinstance(result, dict) and "Err" in result)
    return said_so or (isinstance(code, int) and code != 0)


def _pictures(content: Any) -> int:
    return sum(isinstance(block, dict) and "image" in str(block.get("type")) for block in _list(content))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_EVENTS: dict[str, Callable[[Reading, Record], None]] = {
    "user_message": Reading._user_message,
    "agent_message": Reading._agent_message,
    "agent_reasoning": Reading._agent_reasoning,
    "agent_reasoning_raw_content": Reading._raw_reasoning,
    "task_started": Reading._started,
    "turn_started": Reading._started,
    "task_complete": Reading._completed,
    "turn_complete": Reading._completed,
    "turn_aborted": Reading._aborted,
    "error": Reading._failed,
    "thread_rolled_back": Reading._rolled_back,
    "entered_review_mode": Reading._review,
    "exec_command_end": Reading._tool_ended,
    "patch_apply_end": Reading._tool_ended,
    "mcp_tool_call_end": Reading._tool_ended,
    "item_completed": Reading._item_completed,
}
