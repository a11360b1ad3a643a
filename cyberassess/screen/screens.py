"""The list of screens, and of what their forms call."""

from collections.abc import Mapping

from cyberassess.screen import asking, doing, looking
from cyberassess.screen.web import Does, Shows

SHOWS: Mapping[str, tuple[str, Shows]] = {
    "start": ("Start", looking.start),
    "waiting": ("Waiting", doing.waits),
    "ask": ("Answer", asking.asks),
    "workshop": ("Workshop", asking.workshop),
    "receive": ("Receive", doing.receiving),
    "outcomes": ("Outcomes", looking.outcomes),
    "evidence": ("Evidence", doing.evidence),
    "plan": ("Plan", doing.plan),
    "people": ("People and systems", doing.people_and_systems),
    "reports": ("Reports", doing.reports),
    "years": ("Years", looking.years),
    "outcome": ("", looking.outcome),
    "preview": ("", looking.preview),
    "file": ("", looking.file),
    "new": ("", doing.begin),
}
"""Each with its title in the list at the top, empty where it is not listed."""

DOES: Mapping[str, Does] = {
    "decide": doing.decide_one,
    "answer": asking.save,
    "same": asking.same,
    "workshop": asking.settle,
    "receive": doing.receive_files,
    "add evidence": doing.add_files,
    "link evidence": doing.link_item,
    "add action": doing.plan_action,
    "set action": doing.change_action,
    "add person": doing.add_somebody,
    "hand over": doing.hand_on,
    "add system": doing.add_scope,
    "send": doing.send_questions,
    "print": doing.print_report,
    "approve": doing.approve_report,
    "new": doing.make_new,
    "roll over": doing.make_next,
}
