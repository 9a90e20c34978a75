"""A team in two tenants as a model knows it, and all that the product shows of it, compared."""

from typing import Any, ClassVar

from tests.assets.stages import DESCRIBED
from tests.assets.stages import move as staged
from tests.cloud import Answer, Cloud, Tenant
from tests.journeys.roles_model import (
    ADMINISTERING,
    ASKED,
    Key,
    Link,
    Listed,
    Person,
    Place,
    Said,
    Thing,
    expected,
    granted,
    hears,
    sees,
)

NAMES = ("ada", "bob", "cleo")


class World:
    """Three people who begin in the first tenant, and each tenant's admin, called `boss`."""

    cloud: ClassVar[Cloud]

    def found(self, number: int, roles: list[str], shown: list[bool]) -> None:
        """Begin with people of these roles, and things that are published or not."""
        team = ["boss=admin", *(f"{name}={role}" for name, role in zip(NAMES, roles, strict=True))]
        self.tenants: list[Tenant] = [
            self.cloud.tenant(f"team{number}a", *team),
            self.cloud.tenant(f"team{number}b", "boss=admin"),
        ]
        self.bosses = [self._at(place, "boss", "admin") for place in (0, 1)]
        self.persons = {
            name: self._at(0, name, role) for name, role in zip(NAMES, roles, strict=True)
        }
        self.things = [self.made(self.bosses[0], is_shown) for is_shown in shown]
        self.things.append(self.made(self.bosses[1], True))
        self.said: list[Said] = []
        self.ties: dict[str, tuple[Thing, Thing]] = {}
        self.lists: list[Listed] = []
        self.links: list[Link] = []
        self.keys: list[Key] = []
        for thing in self.things[:3]:
            boss = self.bosses[0]
            made = self.cloud.post(f"/assets/{thing.id}/comments/", boss.email, {"body": "Mine"})
            self.said.append(Said(made.json["id"], boss.id, thing, thing.published))

    def _at(self, place: int, name: str, role: str) -> Person:
        tenant = self.tenants[place]
        person = Person(tenant.email(name), tenant.members[name], {place: Place({role})})
        self.sign_in(person, place)
        return person

    def sign_in(self, person: Person, number: int) -> None:
        """Give a person a new token, which is for this tenant."""
        self.cloud.forget(person.email)
        self.cloud.token(person.email)
        person.token = number

    def made(self, who: Person, is_shown: bool) -> Thing:
        """Make an asset of somebody who may upload."""
        answer = self.cloud.post("/assets/upload/", who.email, DESCRIBED)
        assert answer.status == 201
        asset_id, status = answer.json["asset"]["id"], "approved!" if is_shown else "approved"
        staged(self.tenants[who.token].id, asset_id, status, "clean")
        return Thing(who.token, asset_id, who.id, is_shown)

    def who(self, name: str, number: int) -> Person:
        """Return somebody; the admin of a tenant where they are called `boss`."""
        return self.bosses[number] if name == "boss" else self.persons[name]

    def call(self, who: Person, method: str, path: str, body: Any = None) -> Answer:
        """Do something as somebody."""
        return self.cloud.call(method, path, who.email, body)

    def look(self) -> None:
        """Compare all that everybody is shown."""
        for person in self.persons.values():
            self.look_as(person)
            for thing in self.things:
                self.look_at(person, thing)
        for key in self.keys:
            self.look_by(key)
        for link in self.links:
            self.opened(link)

    def look_as(self, person: Person) -> None:
        """Compare what somebody is shown of tenants, collections and links."""
        at = person.token

        def get(path: str) -> Answer:
            return self.cloud.get(path, person.email)

        me = get("/me/")
        assert me.status == (200 if at in person.places or person.active else 403)
        if me.status == 200:
            shown = {tenant["id"] for tenant in me.json["tenants"]}
            assert shown == {self.tenants[number].id for number in person.active}
        for path, roles in ASKED.items():
            assert get(path).status == (200 if person.may(roles) else 403)
        if not person.inside:
            return
        found = {
            one["id"]: one["asset_ids"] for one in get("/collections/?limit=200").json["items"]
        }
        assert found == {
            one.id: [thing.id for thing in one.things if sees(person, thing) and not thing.trashed]
            for one in self.lists
            if granted(person, one)
        }
        all_links = person.may(ADMINISTERING)
        assert {one["uuid"] for one in get("/shares/?limit=200").json["items"]} == {
            link.uuid
            for link in self.links
            if link.what.tenant == at and (link.owner == person.id or all_links)
        }

    def look_at(self, person: Person, thing: Thing) -> None:
        """Compare what somebody is shown of an asset."""
        path = f"/assets/{thing.id}/"
        heard = self.cloud.get(f"{path}comments/", person.email)
        tied = self.cloud.get(f"{path}relationships/", person.email)
        status = expected(person, thing.tenant, sees(person, thing), True, 200)
        assert {heard.status, tied.status} == {status}
        if status != 200:
            return
        about = [one for one in self.said if one.about is thing and hears(person, one)]
        assert [one["id"] for one in heard.json["items"]] == [one.id for one in about]
        others = {
            name: target if source is thing else source
            for name, (source, target) in self.ties.items()
            if thing in (source, target)
        }
        assert {one["id"] for one in tied.json["items"]} == {
            name for name, other in others.items() if sees(person, other) and not other.trashed
        }

    def look_by(self, key: Key) -> None:
        """Compare what an API key opens."""
        asked = {path: key.may(roles) for path, roles in ASKED.items()}
        for thing in self.things:
            asked[f"/assets/{thing.id}/"] = sees(key, thing)
        for path, may in asked.items():
            answer = self.cloud.get(path, headers={"authorization": f"Bearer {key.text}"})
            hidden = 404 if path.startswith("/assets/") and key.place.active else 403
            assert answer.status == (401 if not key.alive else 200 if may else hidden)

    def opened(self, link: Link) -> None:
        """Compare what a share link opens, for a stranger and for everybody."""
        path = f"/shares/{link.uuid}/"
        answer, what = self.cloud.get(path), link.what
        if isinstance(what, Thing):
            shown = [what.id] if what.shown else []
        else:
            shown = [one.id for one in what.things if one.shown] if self._isopened(link) else []
        if link.revoked or not shown:
            code = "share_revoked" if link.revoked else "asset_unavailable"
            assert (answer.status, answer.code) == (410, code)
            return
        assert answer.status == (401 if link.kind == "private" else 200)
        if isinstance(what, Listed):
            assert [one["asset_id"] for one in answer.json["assets"]] == shown
        for person in self.persons.values() if link.kind == "private" else ():
            status = 200 if person.token == what.tenant else 401
            assert self.cloud.get(path, person.email).status == (status if person.inside else 403)

    def _isopened(self, link: Link) -> bool:
        """Return whether whoever shares a collection still has it themselves."""
        listed = link.what
        assert isinstance(listed, Listed)
        if listed.access is None:
            return True
        everybody = [*self.persons.values(), self.bosses[listed.tenant]]
        owner = next((one for one in everybody if one.id == link.owner), None)
        place = owner.places.get(listed.tenant) if owner is not None else None
        return owner is not None and place is not None and bool(granted(owner, listed, place))
