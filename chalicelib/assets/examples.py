"""What the API's description shows of assets: a picture that is approved, and fetched."""

from chalicelib.core.api.declaration import Example

ASSET = Example(
    answer={
        "id": "01939d5e-6b7a-7c31-9a4e-5d1f0a3b7c21",
        "title": "Sunset",
        "description": "",
        "alt_text": "The sun goes down behind a reef",
        "filename": "sunset.jpg",
        "category": "campaigns/summer",
        "tags": ["reef", "summer"],
        "keywords": [],
        "custom_fields": {"season": 2026},
        "focal_point": {"x": 0.5, "y": 0.4},
        "rights": {
            "copyright": "Acme",
            "license": None,
            "attribution": None,
            "usage_terms": None,
            "valid_from": None,
            "expires_at": "2027-01-01T00:00:00.000Z",
        },
        "kind": "image",
        "content_type": "image/jpeg",
        "size_bytes": 482133,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "status": "approved",
        "status_reason": None,
        "scan": {"status": "clean", "signature": None, "scanned_at": "2026-01-15T09:30:02.120Z"},
        "technical": {"width": 1600, "height": 1000},
        "current_version": 1,
        "published_version": 1,
        "thumbnails": {
            "small": {
                "url": "https://media.example.com/renditions/…/small.webp?Signature=…",
                "width": 150,
                "height": 94,
            }
        },
        "renditions": [],
        "uploaded_by": {
            "id": "5f0c1f4e-4f0e-4f6e-9f1c-0a6d8b1f2c3d",
            "email": "editor@acme.example",
        },
        "created_at": "2026-01-15T09:30:00.000Z",
        "updated_at": "2026-01-15T09:30:03.480Z",
    }
)

DOWNLOAD = Example(
    answer={
        "url": "https://media.example.com/originals/…?Expires=…&Signature=…",
        "expires_at": "2026-01-15T09:45:00.000Z",
    }
)
