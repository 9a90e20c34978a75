"""What the API's description shows of processing: a picture whose thumbnails are being made."""

from chalicelib.core.api.declaration import Example

JOB = Example(
    answer={
        "id": "01939d5e-6b7a-7c32-8d0b-2f4e6a8c0b1d",
        "asset_id": "01939d5e-6b7a-7c31-9a4e-5d1f0a3b7c21",
        "status": "running",
        "progress_percent": 50,
        "tasks": [
            {
                "job_type": "virus_scan",
                "status": "completed",
                "attempts": 1,
                "started_at": "2026-01-15T09:30:01.200Z",
                "finished_at": "2026-01-15T09:30:02.120Z",
                "duration_seconds": 0.92,
                "peak_memory_bytes": None,
                "error": None,
            },
            {
                "job_type": "thumbnail",
                "status": "running",
                "attempts": 1,
                "started_at": "2026-01-15T09:30:02.400Z",
                "finished_at": None,
                "duration_seconds": None,
                "peak_memory_bytes": None,
                "error": None,
            },
        ],
    }
)
