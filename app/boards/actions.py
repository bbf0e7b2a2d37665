"""Setting what the signs of a street or the whole district go by."""

from app.boards.models import BoardSetting
from app.boards.queries import area_of, on_ground
from app.boards.schemas import BoardSettingIn, BoardSettingOut
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.grid.models import Area, AreaLevel


class NotAnOffice(Invalid):
    """Settings are a street's or the district's."""

    code = "not_an_office"
    zh = "公示牌设置只能按街道或区县设置。"
    en = "Signs are set for a street or for the whole district."


async def _office(work: Work, code: str) -> Area:
    area = await area_of(work, code)
    if area.level not in (AreaLevel.DISTRICT, AreaLevel.STREET):
        raise NotAnOffice("area")
    if not on_ground(work, area):
        raise NotFound("area")
    return area


async def read_setting(work: Work, code: str) -> BoardSettingOut:
    """What was set for this office itself."""
    area = await _office(work, code)
    row = await work.session.get(BoardSetting, area.id)
    said = BoardSettingOut(area_code=area.code, call_number=None, reissued_on=None, updated_at=None)
    if row is None:
        return said
    kept = {"call_number": row.call_number, "reissued_on": row.reissued_on, "updated_at": row.updated_at}
    return said.model_copy(update=kept)


async def change_setting(work: Work, code: str, form: BoardSettingIn) -> BoardSettingOut:
    """Put the form in place of what was set before."""
    area = await _office(work, code)
    kept = form.model_dump() | {"updated_at": work.clock.now(), "by_post": work.actor.post_id}
    row = await work.session.get(BoardSetting, area.id, with_for_update=True)
    if row is None:
        await work.put(BoardSetting, [{"area_id": area.id, **kept}])
    else:
        for name, value in kept.items():
            setattr(row, name, value)
        await work.session.flush()
    return BoardSettingOut(area_code=area.code, **form.model_dump(), updated_at=kept["updated_at"])
