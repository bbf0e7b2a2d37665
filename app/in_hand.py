"""What a post has in hand by the feature it belongs to, on one page: counted at leave, and handed over."""

from app.dispatch.handover import hand_over as hand_over_orders
from app.dispatch.queries import in_hand as orders
from app.issues.queries import in_hand as issues
from app.people.handover import Hand
from app.people.keeping import Count
from app.visits.due import in_hand as visits
from app.whistles.handover import hand_over as hand_over_report_ins

IN_HAND: dict[str, Count] = {"issues": issues, "orders": orders, "visits": visits}
HANDED_OVER: dict[str, Hand] = {"orders": hand_over_orders, "report_ins": hand_over_report_ins}
