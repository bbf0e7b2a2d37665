"""EVENT -> handlers: the whole causality on one page. Reactions come from above, a second later, once each."""

from app.core.outbox import Subscriptions
from app.issues import events, subscribers
from app.notices.rules import RULES
from app.notices.subscribers import notify

COUNTING: Subscriptions = {
    events.IssueRaised.name: [subscribers.count_raised],
    events.IssueLocated.name: [subscribers.count_moved],
    events.IssueAnswered.name: [subscribers.count_answered],
    events.AnswerReturned.name: [subscribers.count_answered],
    events.WhistleAnswered.name: [subscribers.count_answered],
    events.IssueVerified.name: [subscribers.count_answered],
    events.IssueClosed.name: [subscribers.count_closed],
    events.FixedOnSpot.name: [subscribers.count_closed],
    events.CloseApproved.name: [subscribers.count_closed],
    events.ClosedUpstream.name: [subscribers.count_closed],
    events.TransferConfirmed.name: [subscribers.count_closed],
}
NOTIFYING: Subscriptions = {event: [notify] for event in RULES}  # who is told what: app/notices/rules.py
SUBSCRIPTIONS: Subscriptions = {
    event: [*COUNTING.get(event, ()), *NOTIFYING.get(event, ())] for event in [*COUNTING, *NOTIFYING]
}
