"""The roles that Reef knows, and the groups of them that routes ask for."""

from chalicelib.tenants.models import Member

VIEWER, CONTRIBUTOR, EDITOR, MODERATOR, ADMIN = (
    "viewer",
    "contributor",
    "editor",
    "moderator",
    "admin",
)
BUILT_IN = frozenset({VIEWER, CONTRIBUTOR, EDITOR, MODERATOR, ADMIN})

MEMBERS: frozenset[str] = frozenset()
"""Any active member: whoever holds nothing but roles of the tenant's own, too."""

CONTRIBUTORS = frozenset({CONTRIBUTOR, EDITOR, ADMIN})
EDITORS = frozenset({EDITOR, ADMIN})
MODERATORS = frozenset({MODERATOR, ADMIN})
OVERSEERS = frozenset({EDITOR, MODERATOR, ADMIN})
"""Those who see every asset and version, published or not."""

ADMINS = frozenset({ADMIN})


def may_upload(member: Member) -> bool:
    """Return whether a member may upload at this moment."""
    return bool(member.is_active) and not CONTRIBUTORS.isdisjoint(member.roles)
