"""The rules of approval as a simple model, written from the contract and not from the code."""

import copy
from dataclasses import dataclass, field
from typing import Any

from chalicelib.tenants.roles import OVERSEERS

ADMIN = "admin"


@dataclass
class Person:
    """A member, with the roles of this moment."""

    roles: list[str]
    active: bool = True


@dataclass
class Part:
    """One person's part in the present turn; `role` is the one by which they have it."""

    role: str | None
    state: str = "pending"
    giver: str | None = None


@dataclass
class Review:
    """A workflow: what its template says, who there is, and how far it is."""

    steps: list[dict[str, Any]]
    self_approval: bool
    uploader: str
    people: dict[str, Person]
    status: str = "in_progress"
    version: str = "in_review"
    position: int = 0
    turn: int = 0
    escalated: bool = False
    parts: dict[str, Part] = field(default_factory=dict)
    had_parts: set[str] = field(default_factory=set)

    def copy(self) -> "Review":
        return copy.deepcopy(self)

    @property
    def step(self) -> dict[str, Any]:
        return self.steps[self.position]

    def waiting(self) -> set[str]:
        """Say for whom it waits."""
        if self.status != "in_progress":
            return set()
        return {name for name, part in self.parts.items() if part.state == "pending"}

    def open(self, position: int) -> None:
        """Open a step for those who hold one of its roles now."""
        self.position, self.escalated = position, False
        holders = self._holders(self.step["approvers"]["roles"])
        if holders:
            self._assign(holders)
        else:
            self._escalate()

    def decide(self, who: str, decision: str) -> str | None:
        """Take a decision; gives the code of the refusal, if it is refused."""
        if not self._may_know(who):
            return "not_an_approver"
        if who == self.uploader and not self.self_approval:
            return "self_approval"
        if self.status != "in_progress":
            return "workflow_closed"
        part = self.parts.get(who)
        if part is None or part.state == "gone":
            return "not_an_approver"
        if part.state != "pending":
            return "already_decided"
        if not self._holds(who, part):
            return "not_an_approver"
        part.state = "decided"
        if decision == "reject":
            self._end("rejected", "rejected")
        elif decision == "request_changes":
            self._end("changes_requested", "rejected")
        elif not self.step["requires_all"] or self.escalated or not self.waiting():
            self._pass()
        return None

    def delegate(self, who: str, to: str) -> str | None:
        """Hand a part on."""
        if not self._may_know(who):
            return "not_an_approver"
        if self.status != "in_progress":
            return "workflow_closed"
        part = self.parts.get(who)
        if part is None or part.state != "pending":
            return "not_an_approver"
        if not self.people[to].active:
            return "invalid"
        if to == self.uploader and not self.self_approval:
            return "self_approval"
        if to in self.parts:
            return "conflict"
        part.state = "handed on"
        self.parts[to] = Part(None, giver=who)
        self.had_parts.add(to)
        return None

    def time_out(self) -> None:
        """The time of the present turn is over."""
        if self.status != "in_progress":
            return
        if self.step["escalate_to"] and not self.escalated:
            self._escalate()
        elif self.step["on_timeout"] == "approve":
            self._pass()
        else:
            self._end("expired", "rejected")

    def look_at(self, who: str) -> None:
        """Something changed about a member: who may not decide any more drops out."""
        part = self.parts.get(who)
        if self.status != "in_progress" or part is None or part.state != "pending":
            return
        if self._holds(who, part):
            return
        part.state = "gone"
        while part.giver is not None:  # who handed it on has it again, if they may decide
            name, part = part.giver, self.parts[part.giver]
            part.state = "pending" if self._holds(name, part) else "gone"
            if part.state == "pending":
                break
        if self.waiting():
            return
        decided = any(one.state == "decided" for one in self.parts.values())
        if decided and self.step["requires_all"]:
            self._pass()
        else:
            self._escalate()

    def cancel(self) -> str | None:
        """End it without a decision; it was approved before it was reviewed."""
        if self.status != "in_progress":
            return "workflow_closed"
        self._end("cancelled", "approved")
        return None

    def _pass(self) -> None:
        if self.position + 1 == len(self.steps):
            self._end("approved", "approved")
        else:
            self.open(self.position + 1)

    def _escalate(self) -> None:
        self.escalated = True
        wanted = (self.step["escalate_to"] or {"roles": []})["roles"]
        self._assign(self._holders(wanted) or self._holders([ADMIN]))

    def _assign(self, parts: dict[str, Part]) -> None:
        self.turn += 1
        self.parts = parts
        self.had_parts |= parts.keys()

    def _end(self, status: str, version: str) -> None:
        self.turn += 1
        self.status, self.version = status, version

    def _holders(self, wanted: list[str]) -> dict[str, Part]:
        found = {}
        for name, person in self.people.items():
            own = name == self.uploader and not self.self_approval
            held = next((role for role in wanted if role in person.roles), None)
            if person.active and held and not own:
                found[name] = Part(held)
        return found

    def _may_know(self, who: str) -> bool:
        """Strangers are refused before anything that tells of the review."""
        oversees = not OVERSEERS.isdisjoint(self.people[who].roles)
        return oversees or who == self.uploader or who in self.had_parts

    def _holds(self, who: str, part: Part) -> bool:
        person = self.people[who]
        return person.active and (part.role is None or part.role in person.roles)
