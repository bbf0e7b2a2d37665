"""What a worker reads beside an operation: plain words, no jargon of synchronising (SYNC 5)."""

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
