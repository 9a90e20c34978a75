"""What people are told, in plain words; inbox and mail say the same."""

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.core.mail import one_line
from chalicelib.core.settings import settings
from chalicelib.notifications.preferences import NotificationKind
from chalicelib.workflows.approval.reading import Workflow

_LONGEST_NAME = 120

_NEXT_VERSION = "Upload a new version; it goes on at the step that asked."
_NOT_APPROVED = "approved. Upload a new version, or ask an editor to start the review again."


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: a headline, what happened, and what a person wrote about it.

    Args:
        kind: of which kind it is.
        title: the headline, and a mail's subject.
        text: what happened, and what can be done.
        note: what a person wrote about it.
        by: who wrote it.
        link: where to go.
        asset_id: which asset it is about; empty where it is about none.
        comment_id: which comment on the asset, if one.
        search_id: which saved search, if one.
        workflow_id: which workflow, if one.
        turn: the workflow's turn, when it waits for the decision of whoever is told.
        due_at: until when.
    """

    kind: NotificationKind
    title: str
    text: str
    note: str = ""
    by: str = ""
    link: str
    asset_id: str
    comment_id: str | None = None
    search_id: str | None = None
    workflow_id: str | None = None
    turn: int | None = None
    due_at: str | None = None


def assignment(workflow: Workflow, by: str = "", note: str = "") -> Words:
    """Ask for a decision, which another approver may have handed on."""
    what, step = _subject(workflow), quoted(workflow.current.name)
    text = f"{_capital(what)} waits for your decision in the step {step}."
    if by:
        text = f"{by} handed you a decision: {what} waits in the step {step}."
    title = f"Please decide: {_asset(workflow)}"
    return _to_decide(workflow, "assignment", title, text, note, by)


def reminder(workflow: Workflow) -> Words:
    """Remind of a decision."""
    what, step = _subject(workflow), quoted(workflow.current.name)
    text = f"Half of the time is over, and {what} still waits for your decision in the step {step}."
    return _to_decide(workflow, "reminder", f"Still to decide: {_asset(workflow)}", text)


def escalation(workflow: Workflow, why: str) -> Words:
    """Ask those to whom a step escalated."""
    what, step = _subject(workflow), quoted(workflow.current.name)
    because = f", because {why}" if why else ""
    text = f"The step {step} has come to you{because}: please decide {what}."
    return _to_decide(workflow, "escalation", f"Escalated to you: {_asset(workflow)}", text)


def unfulfillable(workflow: Workflow, why: str) -> Words:
    """Tell admins of a step that those whom its template names cannot decide."""
    waiting = [one.email for one in workflow.pending]
    shown = ", ".join(waiting[:3]) + (f" and {len(waiting) - 3} more" if waiting[3:] else "")
    now = (
        f"It waits for {shown} instead."
        if waiting
        else "Nobody else can decide it either: cancel the review, give somebody the role that is "
        "missing, and start it again."
    )
    text = (
        f"The step {quoted(workflow.current.name)} of {_subject(workflow)} could not be decided as "
        f"its template says: {why or 'nobody can decide this step'}. {now}"
    )
    title = f"Nobody could decide: {_asset(workflow)}"
    return msgspec.structs.replace(_to_decide(workflow, "escalation", title, text), turn=None)


def decision(workflow: Workflow, action: str, by: str, note: str, why: str = "") -> Words:
    """Tell an uploader what became of their version.

    Args:
        workflow: which has ended.
        action: how, such as `rejected`.
        by: who decided; nobody if time did.
        note: what they wrote.
        why: what Reef says of it, when nobody decided.
    """
    what, asset = _subject(workflow), _asset(workflow)
    is_edit = workflow.instance.proposal is not None
    somebody, because = by or "Reef", f": {why}" if why else ""
    title, text = {
        "completed": (
            f"Approved: {asset}",
            f"{by} approved {what}." if by else f"{_capital(what)} is approved{because}.",
        ),
        "rejected": (f"Rejected: {asset}", f"{somebody} rejected {what}."),
        "changes_requested": (
            f"Changes wanted: {asset}",
            f"{somebody} asks for changes to {what}. "
            + ("Edit it again." if is_edit else _NEXT_VERSION),
        ),
        "expired": (
            f"Not decided in time: {asset}",
            f"Nobody decided {what} in time, so it is not "
            + ("made. Edit it again." if is_edit else _NOT_APPROVED),
        ),
        "cancelled": (f"Review cancelled: {asset}", f"{somebody} cancelled the review of {what}."),
    }[action]
    return _about(workflow, "decision", title, text, note, by)


def mention(workflow: Workflow, by: str, note: str) -> Words:
    """Tell a member of a comment that names them."""
    title = f"{by} mentioned you: {_asset(workflow)}"
    text = f"{by} mentioned you in the review of {_subject(workflow)}."
    return _about(workflow, "mention", title, text, note, by)


def commented(title: str, asset_id: str, comment_id: str, by: str, note: str) -> Words:
    """Tell a member of a comment on an asset that names them."""
    return Words(
        kind="mention",
        title=f"{by} mentioned you: {quoted(title)}",
        text=f"{by} mentioned you in a comment on {quoted(title)}.",
        note=note.strip(),
        by=by,
        link=link("asset", asset_id),
        asset_id=asset_id,
        comment_id=comment_id,
    )


def quarantine(
    title: str, asset_id: str, number: int, signature: str | None, uploader: str | None
) -> Words:
    """Tell of a file that the virus scan refused.

    Args:
        title: the asset's.
        asset_id: which asset.
        number: which version.
        signature: what the scanner calls it.
        uploader: whose file it is, empty for a guest's; None where they are told themselves.
    """
    found = f" ({one_line(signature)})" if signature else ""
    whose = "that you uploaded" if uploader is None else f"that {uploader or 'a guest'} uploaded"
    after = "Whoever uploaded it has been told."
    if not uploader:
        yours = "Have your computer looked after, and upload a clean copy."
        after = yours if uploader is None else "Tell whoever sent it to you."
    return Words(
        kind="quarantine",
        title=f"Quarantined: {quoted(title)}",
        text=f"The virus scan found something{found} in the file {whose} as version {number} of "
        f"{quoted(title)}. Reef has locked it away, and nobody can download it. {after}",
        link=link("asset", asset_id),
        asset_id=asset_id,
    )


def rights_ending(title: str, asset_id: str, expires_at: str) -> Words:
    """Tell that an asset cannot be shown much longer."""
    return Words(
        kind="rights_ending",
        title=f"Rights end soon: {quoted(title)}",
        text=f"The rights to show {quoted(title)} end soon. From then on Reef keeps it from "
        "viewers, links and screens. Extend them, or replace the asset.",
        link=link("asset", asset_id),
        asset_id=asset_id,
        due_at=expires_at,
    )


def device_silent(name: str, device_id: str, last_seen_at: str | None) -> Words:
    """Tell that a device is not heard of any more."""
    since = "never, since it was made" if last_seen_at is None else moment(last_seen_at)
    return Words(
        kind="screens",
        title=f"Silent: {quoted(name)}",
        text=f"The screen {quoted(name)} is not heard of any more. Last heard of: {since}. "
        "It goes on with what it has; look whether it has power and a network.",
        link=link("device", device_id),
        asset_id="",
    )


def webhook_off(receiver: str, reason: str) -> Words:
    """Tell that nothing is sent to a host any more that is `gone`, or `failing` for days."""
    why = "said that it is gone (410)" if reason == "gone" else "has taken nothing for three days"
    return Words(
        kind="webhooks",
        title=f"Webhook switched off: {quoted(receiver)}",
        text=f"The receiver {quoted(receiver)} {why}, so that its webhook is switched off. Put the "
        "receiver right, switch the webhook on again, and send again what it has missed.",
        link=link("inbox", "mine"),
        asset_id="",
    )


def taken_back(rollout_id: str, group: str, device: str | None, error: str | None) -> Words:
    """Tell an editor that a group's new playlists were taken back.

    Args:
        rollout_id: the roll-out's id.
        group: the group's name.
        device: the name of the device on account of which they were; None once it is deleted.
        error: what it complained of; None where it was silent.
    """
    who = "A screen that is removed by now" if device is None else quoted(device)
    why = (
        f"{who} was not heard of any more once it played them."
        if error is None
        else f"{who} complained of something new: {quoted(error)}."
    )
    return Words(
        kind="screens",
        title=f"Taken back: new playlists for {quoted(group)}",
        text=f"The new playlists for the screens {quoted(group)} were taken back from those that "
        f"tried them, and the others never played them. {why}",
        link=link("rollout", rollout_id),
        asset_id="",
    )


def quoted(name: str) -> str:
    """Quote a name in one line, cut where it is very long."""
    line = one_line(name) or "untitled"
    return f"“{line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1].rstrip() + '…'}”"


def moment(at: str) -> str:
    """Write a time as people do, in UTC."""
    when = datetime.fromisoformat(at)
    return f"{when:%A}, {when.day} {when:%B %Y}, {when:%H:%M} UTC"


def _to_decide(
    workflow: Workflow, kind: NotificationKind, title: str, text: str, note: str = "", by: str = ""
) -> Words:
    instance = workflow.instance
    words = _about(workflow, kind, title, text, note, by)
    return msgspec.structs.replace(
        words,
        link=link("workflow", instance.workflow_id),
        turn=instance.turn,
        due_at=instance.deadline,
    )


def _about(
    workflow: Workflow, kind: NotificationKind, title: str, text: str, note: str, by: str
) -> Words:
    instance: Any = workflow.instance
    return Words(
        kind=kind,
        title=title,
        text=text,
        note=note.strip(),
        by=by,
        link=link("asset", instance.asset_id),
        asset_id=instance.asset_id,
        workflow_id=instance.workflow_id,
    )


def _asset(workflow: Workflow) -> str:
    return quoted(workflow.instance.title)


def _subject(workflow: Workflow) -> str:
    """Name what is reviewed: a version, or a change of what is said of an asset."""
    if workflow.instance.proposal is not None:
        return f"the change of what is said of {_asset(workflow)}"
    return f"version {workflow.instance.number} of {_asset(workflow)}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def link(name: str, identifier: str) -> str:
    """Return the address of something on Reef's page."""
    return f"{settings().public_url}/?{name}={identifier}"
