"""What the API's description shows of templates: one that has marketing approve every image."""

from chalicelib.core.api.declaration import Example

TEMPLATE = Example(
    body={
        "name": "Images",
        "content_type": "image/*",
        "steps": [
            {
                "id": "brand",
                "name": "Brand check",
                "timeout_hours": 24,
                "on_timeout": "reject",
                "approvers": {"type": "roles", "roles": ["Marketing Manager"]},
                "escalate_to": {"roles": ["admin"]},
            }
        ],
    }
)
