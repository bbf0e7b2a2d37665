"""Who stands on a sign, in this order, and what they are called."""

from app.people.models import Role

SHOWN: dict[Role, tuple[str, str]] = {
    Role.GRID_LEADER: ("网格长", "grid leader"),
    Role.GRID_WORKER: ("网格员", "grid worker"),
    Role.BUILDING_LEADER: ("楼栋长", "building leader"),
    Role.PIONEER: ("先锋员", "pioneer"),
    Role.ORDER_AIDE: ("治安员", "order aide"),
    Role.CLEANER: ("保洁员", "cleaner"),
}
ORDER = tuple(SHOWN)
