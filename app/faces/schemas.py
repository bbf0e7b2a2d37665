"""What a face is told before anybody signs in: closed lists, forms of steps, the map beneath."""

from datetime import datetime
from typing import Any

from app.core.fields import Schema


class WordOut(Schema):
    """One entry of a closed list; `under` is its parent where the list is a tree."""

    code: str
    zh: str
    en: str | None = None
    under: str | None = None


class WordsOut(Schema):
    """Every closed list by its name."""

    lists: dict[str, list[WordOut]]


class FieldOut(Schema):
    """One field of a form: what to call it, what it takes, and why it is asked where it is compulsory.

    `kind`: line, text, choice, yes_no, number, day, moment, unit, units, post, area, point, issue, issues,
    parties, guests. `words` names the closed list a choice is labelled from; `choices` are the codes allowed here.
    """

    name: str
    zh: str
    en: str
    kind: str
    compulsory: bool
    words: str | None = None
    choices: list[str] | None = None
    most: int | None = None
    least: float | None = None
    greatest: float | None = None
    default: Any = None
    need_zh: str | None = None
    need_en: str | None = None


class StepFormOut(Schema):
    """The form of one step of one kind of subject; `undo` takes it back, within so many seconds."""

    subject: str
    step: str
    zh: str
    en: str
    route: str
    fields: list[FieldOut]
    undo: str | None = None
    undo_within_s: int | None = None


class StepFormsOut(Schema):
    """The forms of all steps."""

    forms: list[StepFormOut]


class BaseMapOut(Schema):
    """Raster tiles to lay beneath the ground; `crs` says whether they are shifted (gcj02)."""

    tiles: str
    labels: str | None
    subdomains: str
    attribution: str
    most_zoom: int
    crs: str


class FacesOut(Schema):
    """The service as a page needs to know it."""

    version: str
    districts: dict[str, str]
    demo: bool
    base_map: BaseMapOut | None


class ResidentFaceOut(Schema):
    """What the page of a report is told: limits and words it holds none of itself.

    `most`: characters by field of `POST /issues`, and `guess` of what is looked at for one. `photos_most` is for a
    first sending; `photo_side` in pixels and `photo_bytes` are what a phone makes of a photo before it is sent.
    `emergency_numbers` stand where there is no line to ask which is meant. `steps` are the reporter's own; a
    district is chosen from `districts` where neither link nor sign names one.
    """

    districts: list[WordOut]
    most: dict[str, int]
    photos_most: int
    photo_side: int
    photo_bytes: int
    emergency_numbers: list[str]
    verdicts: list[WordOut]
    levels: list[WordOut]
    steps: list[StepFormOut]


class ProgressOut(Schema):
    """One thing that happened to a report, as a resident would tell it."""

    at: datetime
    zh: str
    en: str
