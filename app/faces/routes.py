"""The pages of the faces, and what they are told before anybody signs in."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from app.core.http import OPEN_TO_ALL, RuntimeOf
from app.core.settings import Settings
from app.core.work import open_city
from app.districts import District
from app.faces import progress, reporting, step_forms, vocabulary
from app.faces.bundle import Bundle
from app.faces.schemas import BaseMapOut, FacesOut, ProgressOut, ResidentFaceOut, StepFormsOut, WordsOut
from app.issues.link import FollowWork

api = APIRouter(tags=["faces"], dependencies=[OPEN_TO_ALL])
pages = APIRouter(include_in_schema=False, dependencies=[OPEN_TO_ALL])
FOR_AN_HOUR = "public, max-age=3600"


@api.get("/faces")
async def faces(request: Request, runtime: RuntimeOf) -> FacesOut:
    """Districts by code, the version, whether this is a demonstration, and the base map if there is one."""
    async with open_city(runtime) as session:
        rows = (await session.execute(select(District.code, District.name, District.demo))).all()
    return FacesOut(
        version=request.app.version,
        districts={row.code: row.name for row in rows},
        demo=any(row.demo for row in rows),
        base_map=_base_map(request.app.state.settings),
    )


def _base_map(settings: Settings) -> BaseMapOut | None:
    if settings.base_map_tiles is None:
        return None
    return BaseMapOut(
        tiles=settings.base_map_tiles,
        labels=settings.base_map_labels,
        subdomains=settings.base_map_subdomains,
        attribution=settings.base_map_attribution,
        most_zoom=settings.base_map_most_zoom,
        crs=settings.base_map_crs,
    )


@api.get("/faces/resident")
async def resident_face(request: Request, response: Response, runtime: RuntimeOf) -> ResidentFaceOut:
    """Limits, words and forms of the page a resident reports with."""
    async with open_city(runtime) as session:
        rows = (await session.execute(select(District.code, District.name).order_by(District.code))).all()
    response.headers["Cache-Control"] = FOR_AN_HOUR
    return reporting.told(request.app.openapi(), {row.code: row.name for row in rows})


@api.get("/words")
async def words(response: Response) -> WordsOut:
    """Every closed list with its words in both languages."""
    response.headers["Cache-Control"] = FOR_AN_HOUR
    return WordsOut(lists=vocabulary.lists())


@api.get("/step-forms")
async def forms_of_steps(request: Request, response: Response) -> StepFormsOut:
    """The form of every step, with a label and the need of each field."""
    response.headers["Cache-Control"] = FOR_AN_HOUR
    return StepFormsOut(forms=step_forms.forms_in(request.app.openapi()))


@api.get("/follow/{token}/progress")
async def follow_progress(token: str, work: FollowWork) -> list[ProgressOut]:  # noqa: ARG001  # the Work is made from it
    """What was done so far, in plain words with the names of the offices and units; the latest last."""
    return await progress.told(work)


@pages.get("/")
async def front() -> Response:
    """The resident's face is what a stranger is looking for."""
    return RedirectResponse("/r/", headers={"Cache-Control": "no-cache"})


@pages.get("/r")
@pages.get("/w")
@pages.get("/d")
@pages.get("/i")
async def to_face(request: Request) -> Response:
    """A face's address ends in a slash, so that what it loads lies below it."""
    return RedirectResponse(f"{request.url.path}/", headers={"Cache-Control": "no-cache"})


@pages.get("/r/{path:path}")
@pages.get("/w/{path:path}")
@pages.get("/d/{path:path}")
@pages.get("/i/{path:path}")
@pages.get("/assets/{path:path}")
async def page(path: str, request: Request, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """A file of the build, or the page of a face."""
    bundle: Bundle = request.app.state.bundle
    file = bundle.find(f"{request.url.path.split('/')[1]}/{path}")
    zipped = file.zipped if "gzip" in accept_encoding else None
    headers = {
        "Cache-Control": file.caching,
        "Content-Security-Policy": policy(request.app.state.settings),
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        "Vary": "Accept-Encoding",
    }
    if zipped is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(zipped or file.content, headers=headers, media_type=file.media_type)


def policy(settings: Settings) -> str:
    """What a page may load: our own files, and tiles of the base map. No inline script, no inline style."""
    tiles = " ".join(sorted(_hosts(settings)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; worker-src 'self';"
        f" manifest-src 'self'; connect-src 'self'; img-src 'self' data: blob: {tiles}".rstrip()
        + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _hosts(settings: Settings) -> set[str]:
    found = set()
    for template in (settings.base_map_tiles, settings.base_map_labels):
        parts = urlsplit(template or "")
        for sub in settings.base_map_subdomains if "{s}" in parts.netloc else "-":
            if parts.netloc:
                found.add(f"{parts.scheme}://{parts.netloc.replace('{s}', sub)}")
    return found
