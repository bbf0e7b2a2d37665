"""Structured logs without personal data.

What is logged is chosen, not filtered: route templates instead of paths (follow tokens stand in paths), ids and
codes instead of words. As a second wall, a processor drops any key that is not on the list below.
"""

import logging
import sys
from collections.abc import MutableMapping
from pathlib import PurePath
from typing import Any

import structlog

ALLOWED = frozenset(
    {"event", "level", "timestamp", "request_id", "method", "route", "status", "ms", "district", "post_id"}
    | {"account_id", "code", "error", "where", "handler", "event_id", "subject_id", "count", "pid", "why"}
)


def _only_known_keys(_: Any, __: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in said.items() if key in ALLOWED}


def set_up(level: str) -> None:
    """JSON lines on standard error, one event a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def log() -> Any:
    """The logger; call it where a line is written, so that a test's set-up is seen."""
    return structlog.get_logger()


def where(error: BaseException) -> str:
    """Type, file and line of an error: enough to find it, nothing of what a person wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return f"{type(error).__name__}@?"
    code = trace.tb_frame.f_code
    return f"{type(error).__name__}@{PurePath(code.co_filename).name}:{code.co_name}:{trace.tb_lineno}"
