"""The list of screens, and of what their forms call."""

from collections.abc import Mapping

from cyberassess.screen import asking, beginning, doing, gathering, looking
from cyberassess.screen.web import Does, Shows

SHOWS: Mapping[str, tuple[str, Shows]] = {
    "start": ("Start", looking.start),
    "waiting": ("Waiting", doing.waits),
    "ask": ("Answer", asking.asks),
    "workshop": ("Workshop", asking.workshop),
    "receive": ("Receive", doing.receiving),
    "outcomes": ("Outcomes", looking.outcomes),
    "evidence": ("Evidence", gathering.evidence),
    "plan": ("Plan", doing.plan),
    "people": ("People and systems", gathering.people_and_systems),
    "reports": ("Reports", doing.reports),
    "years": ("Years", looking.years),
    "outcome": ("", looking.outcome),
    "preview": ("", looking.preview),
    "file": ("", looking.file),
    "new": ("", beginning.begin),
}
"""Each with its title in the list at the top, empty where it is not listed."""

DOES: Mapping[str, Does] = {
    "decide": doing.decide_one,
    "confirm": doing.confirm_all,
    "take over": doing.take_over,
    "answer": asking.save,
    "same": asking.same,
    "workshop": asking.settle,
    "receive": doing.receive_files,
    "add evidence": gathering.add_files,
    "link evidence": gathering.link_item,
    "review evidence": gathering.review_item,
    "add action": doing.plan_action,
    "set action": doing.change_action,
    "add person": gathering.add_somebody,
    "hand over": gathering.hand_on,
    "add system": gathering.add_scope,
    "send": gathering.send_questions,
    "remind": gathering.remind,
    "print": doing.print_report,
    "approve": doing.approve_report,
    "new": beginning.make_new,
    "roll over": beginning.make_next,
}
