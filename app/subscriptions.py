"""EVENT -> handlers: the whole causality on one page. Reactions come from above, a second later, once each."""

from app.core.outbox import Subscriptions
from app.issues import events, subscribers
from app.whistles import events as whistle_events
from app.whistles import subscribers as whistles

SUBSCRIPTIONS: Subscriptions = {
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
    events.IssueReworked.name: [whistles.reporter_said_no],
    events.TransferConfirmed.name: [subscribers.count_closed],
    whistle_events.LatenessEscalated.name: [whistles.supervise],
    whistle_events.DesignationOverdue.name: [whistles.supervise],
}
