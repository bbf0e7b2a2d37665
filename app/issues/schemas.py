"""What is said about an issue: one input per verb, one output per reader."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.core.errors import Invalid
from app.core.fields import Code, DistrictCode, Name, Phone, Schema, Sentence, Words
from app.core.geometry import Crs
from app.issues.kinds import Channel, IssueType, Urgency

EARLIEST, LATEST = 1900, 2200  # years
PLACE = {"lon": 102.8100, "lat": 24.8811, "crs": "wgs84"}
WIDEST_ACCURACY_M = 3000  # wider than this a circle says less than the street's name


def _moment(at: datetime) -> datetime:
    """UTC when no offset is given; a year the database can keep and hand back."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not EARLIEST <= aware.year < LATEST:
        raise ValueError("out_of_range")
    return aware


Moment = Annotated[datetime, AfterValidator(_moment)]
SignId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{10,96}$")]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")]


def example(**said: Any) -> ConfigDict:
    """Model settings that show one whole body in the contract."""
    return ConfigDict(json_schema_extra={"examples": [said]})


class PointOutsideWorld(Invalid):
    """Not a longitude and latitude."""

    code = "point_outside_world"
    zh = "坐标不在有效范围内:经度 ±180,纬度 ±90。"
    en = "The point is outside the world: longitude ±180, latitude ±90."


class AxesSwapped(Invalid):
    """Latitude where the longitude belongs."""

    code = "axes_swapped"
    zh = "经纬度似乎颠倒了:lon 是经度,lat 是纬度。"
    en = "Longitude and latitude seem to be swapped: lon is the longitude, lat the latitude."


class AccuracyTooWide(Invalid):
    """The circle is too wide to say where."""

    code = "accuracy_too_wide"
    zh = "定位误差 {given} 米过大(上限 {most} 米),请在地图上选点或填写地址。"
    en = "An accuracy of {given} m is too wide (at most {most} m); pick the place on the map or give an address."


class Point(Schema):
    """A place as the caller has it; stored in WGS84."""

    lon: float = Field(examples=[102.8100])
    lat: float = Field(examples=[24.8811])
    crs: Crs = Crs.WGS84
    accuracy_m: float | None = Field(None, ge=0)
    source: Literal["gps", "map", "sign", "address", "import"] | None = None

    def check(self, field: str = "point") -> None:
        """Raise the problem of a point that cannot be meant; 90 < |lat| <= 180 gives swapped axes away."""
        if abs(self.lon) > 180 or abs(self.lat) > 180:  # noqa: PLR2004  # degrees
            raise PointOutsideWorld(field)
        if abs(self.lat) > 90:  # noqa: PLR2004  # degrees
            raise (AxesSwapped if abs(self.lon) <= 90 else PointOutsideWorld)(field)  # noqa: PLR2004  # degrees
        if self.accuracy_m is not None and self.accuracy_m > WIDEST_ACCURACY_M:
            raise AccuracyTooWide(f"{field}.accuracy_m", given=self.accuracy_m, most=WIDEST_ACCURACY_M)


class Contact(Schema):
    """Who reported, as far as they wish to be known."""

    name: Name | None = None
    phone: Phone | None = Field(None, examples=["13800001234"])


class RaiseIssue(Schema):
    """A matter brought in. A public call names its district unless only one exists."""

    text: Words = Field(examples=["韶光街与学海路口没有公共厕所,请解决。"])
    type: IssueType = IssueType.HELP
    category: CategoryCode | None = Field(None, examples=["public_toilet"])
    point: Point | None = None
    area_code: Code | None = Field(None, description="any code an area has or had, or a door's")
    sign: SignId | None = Field(None, description="what a scanned sign says, in place of a code")
    place_text: Sentence | None = Field(None, description="an address; it decides when it means one place only")
    contact: Contact | None = None
    urgency: Urgency = Urgency.NORMAL
    channel: Channel | None = None
    confidential: bool = False
    on_behalf_of: Name | None = None
    head_count: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    respondent_unit: Code | None = None
    occurred_at: Moment | None = None
    upstream_number: Name | None = Field(None, description="number of the hotline's order; staff only")
    upstream_due: Moment | None = Field(None, description="its due time, kept as it is")
    dwelling_id: UUID | None = None
    estate_id: UUID | None = None
    fixed_on_spot: Words | None = Field(None, description="a finding of one's own, fixed at once: what was done")
    same_as: UUID | None = Field(None, description="an offered neighbour: me too")
    district: DistrictCode | None = None


class Neighbours(Schema):
    """What is about to be reported: are there open matters of the same kind nearby?"""

    model_config = example(point=PLACE, category="public_toilet")

    point: Point
    category: CategoryCode
    district: DistrictCode | None = None


class NeighbourOut(Schema):
    """An open matter nearby, without its words, its exact place or anything of its reporter."""

    id: UUID
    category: str
    category_en: str | None
    grid: str | None
    state: str
    state_zh: str
    state_en: str
    raised_on: date
    metres: int
    reports: int


class Locate(Schema):
    """A dry run: where would this be placed and who would hold it."""

    model_config = example(point=PLACE, category="public_toilet")

    point: Point | None = None
    area_code: Code | None = None
    sign: SignId | None = None
    text: Sentence | None = Field(None, description="an address, as somebody would write it")
    category: CategoryCode | None = None
    type: IssueType = IssueType.HELP
    urgency: Urgency = Urgency.NORMAL
    at: Moment | None = None
    district: DistrictCode | None = None


class AreaOut(Schema):
    """A link of the chain, from the district down."""

    level: str
    code: str
    name: str


class CandidateOut(Schema):
    """A grid the accuracy circle touches."""

    code: str
    name: str
    covers: bool


class HolderOut(Schema):
    """The post an issue is with. Names are in the accounts and are not shown here."""

    post_id: UUID
    role: str
    deputy: bool = False


class ReasonOut(Schema):
    """One rung of the ladder and why it was passed over or taken."""

    role: str
    why: str
    zh: str
    en: str


class AgreementSaid(Schema):
    """The border agreement by which an area leads where the place lies."""

    id: UUID
    code: str
    name: str
    basis: str


class PlaceOut(Schema):
    """Where an issue was placed, by which boundary version, and who else might own the ground."""

    placement: str
    by: str
    chain: list[AreaOut]
    boundary_id: UUID | None
    boundary_version: int | None
    near_border: bool
    candidates: list[CandidateOut]
    outside: dict[str, Any] | None
    agreement: AgreementSaid | None = None


class AddressOut(Schema):
    """A place an address may mean, as public as its reader may know it; chosen by its `area_code`."""

    closeness: str
    area_code: str
    level: str
    label: str
    within: list[str]
    certain: bool
    zh: str
    en: str
    estate_id: UUID | None
    dwelling_id: UUID | None


class LocateOut(Schema):
    """The dry run's answer. `addresses` are what the words may mean, the likeliest first."""

    place: PlaceOut
    holder: HolderOut | None
    explanation: list[ReasonOut]
    due_at: datetime
    addresses: list[AddressOut]


class RaisedOut(Schema):
    """The receipt: number, place, holder with the reasons, and the reporter's link."""

    id: UUID
    number: str
    state: str
    version: int
    place: PlaceOut
    holder: HolderOut | None
    explanation: list[ReasonOut]
    raised_at: datetime
    due_at: datetime
    screening: bool
    follow_token: str
    follow_url: str


class TrailOut(Schema):
    """One act."""

    seq: int
    at: datetime
    step: str
    from_state: str | None
    to_state: str
    role: str
    post_id: UUID | None
    who: str | None = None
    detail: dict[str, Any]


class RemarkOut(Schema):
    """Words said with a step."""

    step: str
    text: str
    to_reporter: bool
    at: datetime


class PhotoOut(Schema):
    """A photo; its bytes are at `/issues/{id}/photos/{photo id}`."""

    id: UUID
    width: int
    height: int
    size: int
    at: datetime


class RatingOut(Schema):
    """One answer of the reporter."""

    verdict: str
    satisfaction: int | None
    contacted: bool | None
    at: datetime


class ClockOut(Schema):
    """A running or ended clock: who is waited for and until when; late when it ran past its end."""

    kind: str
    since: datetime
    due_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    late: bool


class WordsOut(Schema):
    """Of all who reported this matter: how many there are and what they said of the present answer."""

    reports: int
    solved: int
    not_solved: int


class IssueOut(Schema):
    """An issue in full, with its trail and the steps the active post may take now."""

    id: UUID
    number: str
    state: str
    version: int
    type: str
    channel: str
    urgency: str
    category: str | None
    text: str
    place_text: str | None
    lon: float | None
    lat: float | None
    place: PlaceOut
    holder: HolderOut | None
    explanation: list[ReasonOut]
    reporter: str | None
    confidential: bool
    screening: bool
    raised_at: datetime
    occurred_at: datetime | None
    due_at: datetime
    contacted_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    edited: bool
    outcome: str | None
    closing: str | None
    triage: str | None
    hops: int
    reworks: int
    holds: int
    supervised_at: datetime | None
    review_at: datetime | None
    verify_after: datetime | None
    lead_unit_id: UUID | None
    incident_id: UUID | None
    merged_into: UUID | None
    upstream_number: str | None
    allowed_steps: list[str]
    clocks: list[ClockOut]
    words: WordsOut
    remarks: list[RemarkOut]
    ratings: list[RatingOut]
    trail: list[TrailOut]


class ExtensionOption(Schema):
    """A new end, so many working days after the present one."""

    days: int
    until: datetime
    zh: str
    en: str


class ExtensionOptions(Schema):
    """What may be asked for, and how often more time was granted already."""

    due_at: datetime
    granted: int
    most: int
    options: list[ExtensionOption]


class Unmask(Schema):
    """Why the contact is needed in clear; kept for ever."""

    model_config = example(purpose="电话核实位置")

    purpose: Sentence


class ContactOut(Schema):
    """A contact in clear, once, for the purpose given."""

    name: str | None
    phone: str | None
