"""EVENT -> handlers: the whole causality on one page. Reactions come from above, a second later, once each."""

from types import ModuleType

from app.core.outbox import Event, Subscriptions
from app.dispatch import events as orders
from app.dispatch import subscribers as dispatch
from app.households.events import HouseholdChanged
from app.issues import events, subscribers
from app.notices.rules import RULES
from app.notices.subscribers import notify
from app.sync import subscribers as phones
from app.visits import subscribers as visits
from app.whistles import events as whistle_events
from app.whistles import subscribers as whistles

COUNTING: Subscriptions = {
    events.IssueRaised.name: [subscribers.count_raised],
    events.IssueLocated.name: [subscribers.count_moved],
    events.IssueRehomed.name: [subscribers.count_moved],
    events.InfoRequested.name: [dispatch.follow],
    events.InfoGiven.name: [dispatch.follow],
    events.IssueGoneOn.name: [dispatch.follow],
    events.IssueExtended.name: [dispatch.put_off],
    events.IssueHeldOpen.name: [dispatch.follow],
    events.IssueResumed.name: [dispatch.follow],
    events.IssueWhistled.name: [dispatch.follow],
    events.IssueTransferred.name: [dispatch.follow],
    events.IssueSubmitted.name: [dispatch.follow],
    events.IssueMerged.name: [dispatch.follow],
    events.IssueUnmerged.name: [dispatch.follow],
    events.IssueWithdrawn.name: [dispatch.follow],
    events.PartyReleased.name: [dispatch.party_released],
    events.ReworkOrdered.name: [dispatch.follow],
    events.IssueReworked.name: [dispatch.follow, whistles.reporter_said_no],
    events.IssueAnswered.name: [subscribers.count_answered],
    events.AnswerReturned.name: [subscribers.count_answered],
    events.WhistleAnswered.name: [subscribers.count_answered],
    events.IssueVerified.name: [subscribers.count_answered],
    events.IssueClosed.name: [subscribers.count_closed, dispatch.follow],
    events.FixedOnSpot.name: [subscribers.count_closed],
    events.CloseApproved.name: [subscribers.count_closed, dispatch.follow],
    events.ClosedUpstream.name: [subscribers.count_closed],
    events.TransferConfirmed.name: [subscribers.count_closed],
    orders.ArbiterSilent.name: [dispatch.supervise_silence],
    whistle_events.LatenessEscalated.name: [whistles.supervise],
    whistle_events.DesignationOverdue.name: [whistles.supervise],
    HouseholdChanged.name: [visits.reckon],
    whistle_events.SettlementOverdue.name: [whistles.supervise],
}


def _names_in(module: ModuleType) -> list[str]:
    """Every event of a feature."""
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Event)]
    return sorted({one.name for one in found if one is not Event and hasattr(one, "name")})


FEEDING: Subscriptions = {name: [phones.feed_issue] for name in _names_in(events)}  # what phones have to hear of
NOTIFYING: Subscriptions = {event: [notify] for event in RULES}  # who is told what: app/notices/rules.py
SUBSCRIPTIONS: Subscriptions = {
    event: [*COUNTING.get(event, ()), *FEEDING.get(event, ()), *NOTIFYING.get(event, ())]
    for event in [*COUNTING, *FEEDING, *NOTIFYING]
}
