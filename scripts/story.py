"""乌龙街道's story against a running demonstration, act by act: `.venv/bin/python scripts/story.py [URL]`.

Two residents miss a public toilet; the community cannot, the street whistles, the bureau reports in; one resident
says no, the work goes on; at the end the street closes the whistle and both sides are scored.
"""

import sys
import time
from typing import Any

import httpx2

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
PASSWORD = "wangge-demo-2026"  # noqa: S105  # a demonstration's, refused in production
TOILET = {"category": "public_toilet", "point": {"lon": 102.81, "lat": 24.8811}}
REPORTING_IN: list[tuple[str, dict[str, str]]] = [
    ("sign", {}),
    ("contact", {"way": "phone"}),
    ("report_in", {"name": "李工", "mode": "on_site"}),
    ("start", {"text": "先设移动公厕。"}),
    ("finish", {"text": "三处移动公厕已启用。"}),
]


class Face:
    """Somebody at the API: a resident without a login, or a member of staff."""

    def __init__(self, username: str | None = None) -> None:
        self.http = httpx2.Client(base_url=f"{URL}/api/v1", timeout=30)
        if username:
            token = self.post("/login", username=username, password=PASSWORD)["token"]
            self.http.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, /, **said: Any) -> Any:
        """The answer, a refusal too."""
        return self.http.post(path, json=said).json()

    def get(self, path: str) -> Any:
        """What is there."""
        return self.http.get(path).json()


def tell(who: str, what: str, said: dict[str, Any]) -> None:
    """One line of the story."""
    print(f"{who:<22}{what:<18}{said.get('state') or said.get('code')}")


def hand_up(issue: str, worker: Face, community: Face, street: Face) -> None:
    """From the grid to the community to the street."""
    for who, desk, step, said in (
        ("grid worker", worker, "accept", {}),
        ("grid worker", worker, "hand_up", {"reason": "需多部门选址"}),
        ("community", community, "accept", {}),
        ("community", community, "hand_up", {"reason": "社区无力选址"}),
        ("street", street, "accept", {}),
    ):
        tell(who, step, desk.post(f"/issues/{issue}/steps/{step}", **said))


def blow(issue: str, street: Face) -> dict[str, Any]:
    """Refused without what the street has tried; then blown."""
    form = {
        "kind": "joint", "title": "路口缺少公共厕所", "text": "两名居民反映没有公厕。", "issues": [issue],
        "area_code": "530114004005",
        "parties": [{"unit": "chengguan", "role": "lead"}, {"unit": "530114004005"}],
    }  # fmt: skip
    tell("street", "whistle", street.post("/whistles", **form))
    whistle: dict[str, Any] = street.post("/whistles", **form, tried="社区两次协调建设单位,无合适用地。")
    tell("street", "whistle", whistle)
    for one in whistle["report_ins"]:
        limits = ", ".join(f"{link['link']} by {link['due_at'][:16]}" for link in one["links"])
        print(f"    {one['unit']['name']} ({one['role']}): {limits}")
    return whistle


def come(whistle: dict[str, Any], desks: dict[str, Face]) -> None:
    """Everybody called signs, contacts, reports in, works and finishes."""
    for one in whistle["report_ins"]:
        desk = desks[one["unit"]["code"]]
        for step, said in REPORTING_IN:
            moved = desk.post(f"/report-ins/{one['id']}/steps/{step}", **said)
            tell(one["unit"]["name"], step, moved)


def settle(whistle: str, bureau: Face, street: Face, text: str) -> None:
    """Work submitted and verified; the residents are asked."""
    tell("bureau", "submit_work", bureau.post(f"/whistles/{whistle}/steps/submit_work", text=text))
    tell("street", "verify", street.post(f"/whistles/{whistle}/steps/verify", text=text, result="interim"))


def say(public: Face, who: str, receipt: dict[str, Any], verdict: str) -> None:
    """A resident's word by the link."""
    page = public.post(f"/follow/{receipt['follow_token']}/rate", verdict=verdict, satisfaction=4)
    words = page["words"]
    tell(who, verdict, page)
    print(f"    of {words['reports']} who reported {words['solved']} say solved, {words['not_solved']} say no")


def main() -> None:
    """The whole story."""
    public, worker, street = Face(), Face("wangfang"), Face("chenming")
    community, bureau, secretary = Face("lijuan"), Face("zhouqiang"), Face("sunhai")
    first = public.post("/issues", text="韶光街与学海路口没有公共厕所。", **TOILET)
    tell("first resident", "raise", first)
    offered = public.post("/neighbours", point=TOILET["point"], category=TOILET["category"])
    print(f"    offered to the second: {offered[0]['category']}, {offered[0]['metres']} m away")
    second = public.post("/issues", text="我也遇到了。", same_as=first["id"], **TOILET)
    tell("second resident", "me too", second)
    hand_up(first["id"], worker, community, street)
    whistle = blow(first["id"], street)
    come(whistle, {"chengguan": bureau, "530114004005": community})
    settle(whistle["id"], bureau, street, "三处移动公厕已启用。")
    say(public, "first resident", first, "solved")
    say(public, "second resident", second, "not_solved")
    time.sleep(2)  # the worker process tells the whistle
    called_back = street.get(f"/whistles/{whistle['id']}")
    tell("whistle", "", called_back)
    for one in called_back["report_ins"]:
        desk = {"chengguan": bureau}.get(one["unit"]["code"], community)
        tell(
            one["unit"]["name"], "finish", desk.post(f"/report-ins/{one['id']}/steps/finish", text="已移近路口。")
        )
    settle(whistle["id"], bureau, street, "第三处已移近路口。")
    say(public, "first resident", first, "solved")
    say(public, "second resident", second, "solved")
    closed = secretary.post(f"/whistles/{whistle['id']}/steps/close")
    tell("street secretary", "close", closed)
    for score in closed["scores"]:
        print(f"    {score['side']}: {score['link']} {score['result']}, on trail rows {len(score['events'])}")


if __name__ == "__main__":
    main()
