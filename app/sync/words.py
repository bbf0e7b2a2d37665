"""What a worker reads beside an operation: plain words, no jargon of synchronising (SYNC 5)."""

from typing import Any

from app.sync.kinds import Status

STATUS_WORDS: dict[str, tuple[str, str]] = {
    Status.APPLIED: ("已上传", "sent"),
    Status.DUPLICATE: ("已上传", "sent"),
    Status.MERGED: ("已上传,并与他人的修改合并", "sent, and put together with another's change"),
    Status.CONFLICT: ("这条信息有两个版本,请网格长确认", "there are two versions; the grid leader decides"),
    Status.REROUTED: ("已上传,并转到合并后的住户", "sent, and moved to the household it was merged into"),
    Status.DEFERRED: ("已收到,请网格长确认", "received; the grid leader decides"),
    Status.WAITING: ("已收到,等待相关内容上传", "received; waits for what it belongs to"),
    Status.PARKED: ("已收到,待系统升级后处理", "received; done when the service is renewed"),
    Status.RETRY: ("稍后自动重新上传", "sent again by itself in a moment"),
    Status.REJECTED: ("未被接受,请查看原因", "not accepted; see why"),
}

# Why an operation was refused or did not come to what was asked, where no rule of a feature has said it.
CODE_WORDS: dict[str, tuple[str, str]] = {
    "malformed": ("内容不完整或格式不对,没有记入。", "The record is not whole or not in form; it was not taken."),
    "digest_mismatch": ("内容在途中有损坏,没有记入。", "The record was damaged on its way; it was not taken."),
    "op_id_reuse": ("编号已用于另一条记录,没有记入。", "The id belongs to another record; it was not taken."),
    "issue_moved_on": (
        "该事项在您办理前已有进展,您填写的内容和照片已作为备注保留。",
        "The matter had moved on before your step; your words and photos are kept on it as a comment.",
    ),
}


def told(code: str, **more: Any) -> dict[str, Any] | None:
    """The problem of a result: words for its code, if it has any, and what else is said."""
    found = CODE_WORDS.get(code)
    words = {"zh": found[0], "en": found[1]} if found else {}
    return {**words, **more} or None
