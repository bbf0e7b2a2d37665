"""The faces over HTTP."""

from fastapi import APIRouter

from app.core.http import OPEN_TO_ALL
from app.faces import progress
from app.faces.schemas import ProgressOut
from app.issues.following import FollowWork

router = APIRouter(tags=["faces"])


@router.get("/follow/{token}/progress", dependencies=[OPEN_TO_ALL])
async def follow_progress(token: str, work: FollowWork) -> list[ProgressOut]:  # noqa: ARG001  # the Work is made from it
    """What was done so far, in plain words with the names of the offices and units; the latest last."""
    return await progress.told(work)
