"""What a search has to find, by looking at every asset that a member sees."""

import re
import unicodedata
from collections import Counter
from datetime import datetime
from typing import Any

from tests.cloud import Cloud

Asset = dict[str, Any]
Query = dict[str, Any]

FACETS = ("kind", "status", "tag", "category")


def plain(text: str) -> str:
    """Fold case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(text))


def library(cloud: Cloud, email: str) -> list[Asset]:
    """Read all that a member sees, from the assets themselves, newest first; the trash last."""
    found = []
    for query in ("limit=200", "limit=200&trashed=true"):
        answer = cloud.get(f"/assets/?{query}", email)
        assert answer.status == 200, answer.content
        assert answer.json["next_cursor"] is None
        found += answer.json["items"]
    return found


def _texts(asset: Asset) -> list[str]:
    fields = asset["custom_fields"].values()
    values = [one for value in fields for one in (value if isinstance(value, list) else [value])]
    said = [asset["title"], asset["description"], asset["filename"]]
    return [*said, *asset["tags"], *asset["keywords"], *map(str, values)]


def has_words(asset: Asset, q: str) -> bool:
    its = {word for text in _texts(asset) for word in words(text)}
    asked = list(dict.fromkeys(reversed(words(q))))[::-1]
    return all(word in its for word in asked[:-1]) and all(
        any(one.startswith(word) for one in its) for word in asked[-1:]
    )


def fits(asset: Asset, query: Query) -> bool:
    category, uploader = f"{asset['category'] or ''}/", asset["uploaded_by"]
    created = datetime.fromisoformat(asset["created_at"])
    tags = {tag.casefold() for tag in asset["tags"]}
    checks = {
        "q": lambda v: has_words(asset, v),
        "kind": lambda v: asset["kind"] == v,
        "content_type": lambda v: asset["content_type"] == v,
        "status": lambda v: asset["status"] == v,
        "category": lambda v: category.startswith(f"{v}/"),
        "tag": lambda v: {one.casefold() for one in v} <= tags,
        "uploaded_by": lambda v: v in (uploader["id"], uploader["email"]),
        "created_after": lambda v: created > datetime.fromisoformat(v),
        "created_before": lambda v: created < datetime.fromisoformat(v),
        "min_size_bytes": lambda v: asset["size_bytes"] >= v,
        "max_size_bytes": lambda v: asset["size_bytes"] <= v,
        "sha256": lambda v: asset["sha256"] == v,
        "custom.shelf": lambda v: v in _values(asset["custom_fields"].get("shelf")),
    }
    trashed = bool(query.get("trashed")) == (asset["status"] == "trashed")
    return trashed and all(check(query[name]) for name, check in checks.items() if name in query)


def _values(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def expected(every: list[Asset], query: Query) -> list[Asset]:
    """Return what fits a query, in its order."""
    found = [asset for asset in every if fits(asset, query)]
    newest_first = _sort(query) == "relevance" or query.get("order", "desc") == "desc"
    return sorted(found, key=lambda one: (place(one, query), one["id"]), reverse=newest_first)


def place(asset: Asset, query: Query) -> Any:
    """Return where an asset stands in a query's order, before its id decides."""
    sort = _sort(query)
    if sort == "relevance":
        return _rank(asset, query["q"])
    return plain(asset["title"]) if sort == "title" else asset[sort]


def _sort(query: Query) -> str:
    named = query.get("sort")
    return str(named or ("relevance" if words(query.get("q", "")) else "created_at"))


def _rank(asset: Asset, q: str) -> tuple[int, int, int]:
    asked = list(dict.fromkeys(reversed(words(q))))[::-1]
    title = words(asset["title"])
    labels = [word for text in [*asset["tags"], *asset["keywords"]] for word in words(text)]

    def has(some: list[str], word: str) -> bool:
        begins = word == asked[-1]
        return any(one.startswith(word) if begins else one == word for one in some)

    return (
        sum(has(title, word) for word in asked),
        sum(word in title for word in asked),
        sum(has(labels, word) for word in asked),
    )


def facets(found: list[Asset]) -> dict[str, dict[str, int]]:
    """Count what was found."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for asset in found:
        counts["kind"][asset["kind"]] += 1
        counts["status"][asset["status"]] += 1
        counts["tag"].update({tag.casefold() for tag in asset["tags"]})
        parts = (asset["category"] or "").split("/")
        paths = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        counts["category"].update(path for path in paths if path)
    return {name: dict(one) for name, one in counts.items()}
