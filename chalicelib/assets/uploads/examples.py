"""What the API's description shows of uploads: a picture that goes up by one form."""

from chalicelib.core.api.declaration import Example

UPLOAD = Example(
    body={
        "filename": "sunset.jpg",
        "size_bytes": 482133,
        "content_type": "image/jpeg",
        "title": "Sunset",
        "category": "campaigns/summer",
        "tags": ["reef", "summer"],
    },
    answer={
        "asset": {"id": "01939d5e-6b7a-7c31-9a4e-5d1f0a3b7c21", "status": "uploading"},
        "version": {"number": 1},
        "duplicate_of": None,
        "upload": {
            "upload_id": "01939d5e-6b7a-7c32-8d0b-2f4e6a8c0b1d",
            "method": "POST",
            "expires_at": "2026-01-15T10:30:00.000Z",
            "url": "https://uploads.example.com/reef-uploads",
            "fields": {"key": "…", "policy": "…", "x-amz-signature": "…"},
        },
        "job": {"id": "01939d5e-6b7a-7c32-8d0b-2f4e6a8c0b1d", "status": "pending"},
        "preflight": {"on_boards": "as_it_is", "renditions": []},
    },
)
