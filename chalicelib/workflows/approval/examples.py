"""What the API's description shows of reviews: a picture that the only step approves."""

from chalicelib.core.api.declaration import Example

_EDITOR = {"id": "5f0c1f4e-4f0e-4f6e-9f1c-0a6d8b1f2c3d", "email": "editor@acme.example"}
_MANAGER = {"id": "7a1d2e3f-5b6c-4d7e-8f90-1a2b3c4d5e6f", "email": "manager@acme.example"}

DECISION = Example(
    body={"decision": "approve", "comment": "Ready for the lobby."},
    answer={
        "id": "01939d60-0b1c-7d2e-8f3a-4b5c6d7e8f90",
        "asset_id": "01939d5e-6b7a-7c31-9a4e-5d1f0a3b7c21",
        "version": 1,
        "title": "Sunset",
        "template_id": "01939c00-1a2b-7c3d-9e4f-5a6b7c8d9e0f",
        "template_name": "Images",
        "status": "approved",
        "status_reason": None,
        "proposed": None,
        "current_step": None,
        "steps": [
            {
                "id": "brand",
                "name": "Brand check",
                "status": "approved",
                "requires_all": False,
                "due_at": None,
                "assignments": [
                    {"user": _MANAGER, "role": "Marketing Manager", "status": "approved"}
                ],
            }
        ],
        "history": [
            {
                "at": "2026-01-15T11:05:00.000Z",
                "actor": _MANAGER,
                "action": "approved",
                "step_id": "brand",
                "comment": "Ready for the lobby.",
                "delegation": None,
            }
        ],
        "uploaded_by": _EDITOR,
        "created_at": "2026-01-15T09:30:03.480Z",
        "ended_at": "2026-01-15T11:05:00.000Z",
    },
)
