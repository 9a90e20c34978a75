"""What members were told and how they want to be told, as the notifications table holds it.

`pk` is tenant and member.
"""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ByDigest(GlobalSecondaryIndex["Notification"]):
    """Whose mail waits, and until when."""

    class Meta:  # noqa: D106
        index_name = "by_digest"
        projection = AllProjection()

    digest_shard = UnicodeAttribute(hash_key=True)
    digest_ref = UnicodeAttribute(range_key=True)


class Notification(Item):
    """One thing that a member is told (`sk` = `NOTIFICATION#` + its id).

    `title` and `text` are what inbox and mail say; `note` is what a person wrote about it, and `by`
    who, and `comment_id` names it where it is a comment on the asset, `search_id` the saved search
    of which it tells. `turn` is the workflow's, for
    what can be over before anybody reads it. `mail` is what becomes of the mail: `none`, `waiting`,
    `digest`, `sent`, `refused`. Only while it waits do `digest_shard` and `digest_ref` say for what
    and until when; `claimed_until` keeps two senders from the same mail. `ttl` is when DynamoDB
    drops it.
    """

    class Meta:  # noqa: D106
        table_name = settings().notifications_table

    kind = UnicodeAttribute()
    title = UnicodeAttribute()
    text = UnicodeAttribute()
    note = UnicodeAttribute(default="")
    by = UnicodeAttribute(default="")
    link = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    comment_id = UnicodeAttribute(null=True)
    search_id = UnicodeAttribute(null=True)
    workflow_id = UnicodeAttribute(null=True)
    turn = IntegerAttribute(null=True)
    at = UnicodeAttribute()
    due_at = UnicodeAttribute(null=True)
    mail = UnicodeAttribute()
    claimed_until = UnicodeAttribute(null=True)
    digest_shard = UnicodeAttribute(null=True)
    digest_ref = UnicodeAttribute(null=True)
    ttl = IntegerAttribute()

    by_digest = ByDigest()

    @property
    def id(self) -> str:
        """The notification's id, which carries the time of what it tells."""
        return str(self.sk.removeprefix("NOTIFICATION#"))

    @property
    def tenant_id(self) -> str:
        """Whose tenant it is."""
        return str(self.pk.partition("#")[0])

    @property
    def member_id(self) -> str:
        """Who is told."""
        return str(self.pk.partition("#")[2])


class Preferences(Item):
    """How a member wants to be told of each kind, if they have said so (`sk` = `PREFERENCES`)."""

    class Meta:  # noqa: D106
        table_name = settings().notifications_table

    assignment = UnicodeAttribute(null=True)
    reminder = UnicodeAttribute(null=True)
    escalation = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    mention = UnicodeAttribute(null=True)
    quarantine = UnicodeAttribute(null=True)
    rights_ending = UnicodeAttribute(null=True)
    screens = UnicodeAttribute(null=True)
    saved_search = UnicodeAttribute(null=True)
    webhooks = UnicodeAttribute(null=True)


class LastDigest(Item):
    """The day of the last digest that was begun for a member (`sk` = `DIGEST`)."""

    class Meta:  # noqa: D106
        table_name = settings().notifications_table

    day = UnicodeAttribute()


def person_key(tenant_id: str, member_id: str) -> str:
    """Return the partition key of all that is kept for a member."""
    return f"{tenant_id}#{member_id}"


def notification_key(notification_id: str) -> str:
    """Return the sort key of a notification."""
    return f"NOTIFICATION#{notification_id}"
