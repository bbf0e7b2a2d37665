"""Sign boards over HTTP: one open page a sign, and the office's list, prints and settings."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.boards import actions, queries, sheet
from app.boards.schemas import (
    BoardLine,
    BoardOut,
    BoardSettingIn,
    BoardSettingOut,
    BoardsFilter,
    BoardsPrint,
    Size,
)
from app.core.http import OPEN_TO_ALL, RuntimeOf
from app.core.scope import NOTHING
from app.core.work import Work, known_as, open_work
from app.grid import signs
from app.people.capabilities import Capability
from app.people.login import AddressOf, StaffWork, needs, public_actor

router = APIRouter(tags=["boards"])
SEE = needs(Capability.SEE_BOARDS)
SignPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{10,96}$", examples=["530114.530114004005001001.1h5.x"])]
PDF = "application/pdf"


async def scanned_work(sign: SignPath, runtime: RuntimeOf, address: AddressOf) -> AsyncIterator[Work]:
    """The Work of whoever scanned a sign: the district its digits name, and nothing personal in sight."""
    said = signs.read(runtime.keys, sign)
    async with open_work(runtime, said.district, known_as(public_actor(address), NOTHING)) as work:
        yield work


ScannedWork = Annotated[Work, Depends(scanned_work, scope="function")]


def _url(request: Request) -> str:
    url: str = request.app.state.settings.public_url
    return url


def _pdf(blob: bytes, name: str) -> Response:
    shown = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(blob, media_type=PDF, headers=shown)


@router.get("/boards", dependencies=[SEE])
async def list_boards(
    request: Request, work: StaffWork, wanted: Annotated[BoardsFilter, Query()]
) -> list[BoardLine]:
    """The signs of a community, one a building group, as they would be printed today."""
    return [line for line, _ in await queries.boards(work, wanted.area, _url(request))]


@router.get("/boards.pdf", dependencies=[SEE], response_class=Response)
async def print_boards(request: Request, work: StaffWork, wanted: Annotated[BoardsPrint, Query()]) -> Response:
    """All of them on paper, a page each."""
    found = await queries.boards(work, wanted.area, _url(request))
    if not found:
        raise queries.NoBoardThere("area")
    return _pdf(await sheet.print_boards(found, wanted.size, work.clock.now()), f"boards-{wanted.area}")


@router.get("/boards/settings/{area}", dependencies=[needs(Capability.KEEP_BOARDS)])
async def get_setting(area: str, work: StaffWork) -> BoardSettingOut:
    """What a street or the district has set for its signs."""
    return await actions.read_setting(work, area)


@router.put("/boards/settings/{area}", dependencies=[needs(Capability.KEEP_BOARDS)])
async def put_setting(area: str, form: BoardSettingIn, work: StaffWork) -> BoardSettingOut:
    """Set the supervision phone, and since when printed signs count."""
    return await actions.change_setting(work, area, form)


@router.get("/boards/{sign}.pdf", dependencies=[SEE], response_class=Response)
async def print_board(sign: SignPath, request: Request, work: StaffWork, size: Size = "A4") -> Response:
    """One sign on paper, as it hangs; a new date comes with the list."""
    area, said, setting = await queries.signed_area(work, sign)
    board = await queries.board_of(work, area, sign, said.day, setting)
    line = queries.line_of(board, sign, _url(request))
    return _pdf(await sheet.print_boards([(line, board)], size, work.clock.now()), f"board-{area.code}")


@router.get("/boards/{sign}", dependencies=[OPEN_TO_ALL])
async def get_board(sign: SignPath, work: ScannedWork) -> BoardOut:
    """Who serves this building; 404 for a sign that was not made here, 410 for one that no longer counts."""
    area, said, setting = await queries.signed_area(work, sign)
    return await queries.board_of(work, area, sign, said.day, setting)
