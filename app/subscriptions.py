"""EVENT -> handlers: the whole causality on one page. Reactions come from above, a second later, once each."""

from app.core.outbox import Subscriptions
from app.issues import events, subscribers
from app.notices.rules import RULES
from app.notices.subscribers import notify

COUNTING: Subscriptions = {
    events.IssueRaised.name: [subscribers.count_raised],
    events.IssueLocated.name: [subscribers.count_moved],
    events.IssueAssigned.name: [],
    events.IssueAccepted.name: [],
    events.ReporterContacted.name: [],
    events.IssueAnswered.name: [subscribers.count_answered],
    events.IssueRated.name: [subscribers.count_closed],
    events.IssueReworked.name: [],
    events.IssueCommented.name: [],
}
NOTIFYING: Subscriptions = {event: [notify] for event in RULES}  # who is told what: app/notices/rules.py
SUBSCRIPTIONS: Subscriptions = {
    event: [*COUNTING.get(event, ()), *NOTIFYING.get(event, ())] for event in [*COUNTING, *NOTIFYING]
}
