"""The roles that Reef knows, and the groups of them that routes ask for."""

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
