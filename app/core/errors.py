"""What can go wrong, as classes with a stable code, words in two languages and the field at fault.

No HTTP here: `core/http.py` maps the families to statuses on one page. Messages say what is wrong
and what to do; they never repeat what a person typed, so nothing personal reaches a log or a reply.
"""

from typing import ClassVar


class Problem(Exception):
    """A refusal with a stable code. Subclasses fix the code and the words; instances add field and data."""

    code: ClassVar[str] = "problem"
    zh: ClassVar[str] = "请求无法处理。"
    en: ClassVar[str] = "The request cannot be handled."
    retry_after: int | None = None

    def __init__(self, field: str | None = None, **data: object) -> None:
        """`field` names the input at fault (dotted path); `data` are plain values shown with the problem."""
        self.field = field
        self.data = data
        super().__init__(self.code)

    @property
    def words(self) -> tuple[str, str]:
        """The Chinese and the English sentence with the data filled in."""
        return self.zh.format_map(_Known(self.data)), self.en.format_map(_Known(self.data))


class _Known(dict[str, object]):
    """Leaves an unknown name in a message as it stands instead of failing inside an error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Invalid(Problem):
    """The input itself is wrong: nothing was changed; mend the field and send again."""


class Unauthenticated(Problem):
    """Nobody is known to be asking."""


class Forbidden(Problem):
    """Seen, but not allowed to this post."""

    code = "forbidden"
    zh = "当前岗位无权进行此操作。"
    en = "The active post may not do this."


class NotFound(Problem):
    """Absent, or outside what the active post may see: the two must look alike."""

    code = "not_found"
    zh = "没有找到,或不在您的查看范围内。"
    en = "Not found, or outside what you may see."


class Conflict(Problem):
    """The state has moved on since the caller looked."""


class Gone(Problem):
    """What was asked from is no longer kept: begin anew."""


class TooLarge(Problem):
    """More bytes than this service takes in one request."""


class TooMany(Problem):
    """Asked too often; `retry_after` seconds say when to try again."""

    def __init__(self, retry_after: int, field: str | None = None, **data: object) -> None:
        """`retry_after` is in seconds."""
        super().__init__(field, **data)
        self.retry_after = retry_after


class Unavailable(Problem):
    """The service, not the caller, is in trouble; the same request may be sent again."""

    code = "unavailable"
    zh = "系统暂时无法保存,请稍后用同一请求重试,内容不会重复。"
    en = "The service could not save this; send the same request again, nothing will be stored twice."
    retry_after: int | None = 2


class Busy(Conflict):
    """Another request holds the same row; nothing was changed."""

    code = "busy"
    zh = "同一事项正在被处理,请稍后重试。"
    en = "The same matter is being handled right now; try again shortly."
    retry_after: int | None = 1


class InvalidField(Invalid):
    """One field failed its stated form."""

    code = "invalid_field"
    zh = "字段 {field_name} 不符合要求:{why}"
    en = "Field {field_name} is not acceptable: {why}"
