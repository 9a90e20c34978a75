"""Members who are named in what a member wrote, as `@address`."""

import re

from chalicelib.core.errors import NotFound
from chalicelib.tenants import members, roles
from chalicelib.tenants.models import Member
from chalicelib.workflows.approval import assignments
from chalicelib.workflows.approval.reading import Workflow

_MENTION = re.compile(
    r"(?<![\w.@+-])@([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10})"
)
_MOST = 20


def of(tenant_id: str, text: str) -> list[Member]:
    """List the members of a tenant whom a text mentions, each once; others are nobody."""
    addresses = dict.fromkeys(found.lower() for found in _MENTION.findall(text))
    named: dict[str, Member] = {}
    for address in list(addresses)[:_MOST]:
        try:
            member = members.get(tenant_id, address)
        except NotFound:
            continue
        named[member.id] = member
    return list(named.values())


def may_see(workflow: Workflow, member: Member) -> bool:
    """Return whether a member may know of a workflow: by role, as uploader, or by a part in it."""
    if roles.OVERSEERS & set(member.roles) or member.id in workflow.instance.maker_ids:
        return True
    return assignments.took_part(workflow, member.id)
