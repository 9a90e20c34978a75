"""The tenants and members that every run begins with."""

from datetime import datetime
from typing import Any, NamedTuple


class Person(NamedTuple):
    """A member of one of the first tenants."""

    tenant: str
    name: str
    roles: tuple[str, ...]

    @property
    def email(self) -> str:
        """Where mail for them goes, which nothing leaves this machine for."""
        return f"{self.name}@{self.tenant}.test"


_EVERYWHERE = ("admin", "editor", "contributor", "viewer", "moderator")

PEOPLE = (
    *(Person("acme", role, (role,)) for role in _EVERYWHERE),
    Person("acme", "manager", ("contributor", "Marketing Manager")),
    Person("acme", "legal", ("viewer", "Legal Team")),
    *(Person("globex", role, (role,)) for role in _EVERYWHERE),
)

TENANT_SETTINGS = {"acme": {"MAX_FILE_SIZE": 2_147_483_647}, "globex": {}}


def password(email: str) -> str:
    """Return a seeded member's password, the same in every run and no secret."""
    name, _, domain = email.partition("@")
    return f"Reef-{domain.partition('.')[0]}-{name}-1"


def seed(now: datetime) -> None:
    """Create the tenants and members, with the functions' environment in force."""
    from chalicelib.tenants import accounts, invitations  # they read the environment when imported

    for tenant, settings in TENANT_SETTINGS.items():
        tenant_id = accounts.create(tenant, now)
        if settings:
            accounts.change_settings(accounts.get(tenant_id), settings, accounts.OPERATOR, now)
        for person in PEOPLE:
            if person.tenant == tenant:
                invitations.invite(
                    tenant_id,
                    person.email,
                    list(person.roles),
                    accounts.OPERATOR,
                    now,
                    password=password(person.email),
                )


def ensure_password(cognito: Any, pool: str, email: str) -> str:
    """Return a member's password; who was not seeded gets one by the same rule."""
    known = password(email)
    if email not in {person.email for person in PEOPLE}:
        try:
            cognito.admin_set_user_password(
                UserPoolId=pool, Username=email, Password=known, Permanent=True
            )
        except cognito.exceptions.UserNotFoundException:
            return ""
    return known
