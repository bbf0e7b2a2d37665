"""What a post has in hand, counted by the feature it belongs to: shown to who goes on leave, on one page."""

from app.dispatch.queries import in_hand as orders
from app.issues.queries import in_hand as issues
from app.people.keeping import Count
from app.visits.due import in_hand as visits

IN_HAND: dict[str, Count] = {"issues": issues, "orders": orders, "visits": visits}
