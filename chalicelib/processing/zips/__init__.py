"""Several assets in one zip: asked for, made by a job, handed out."""
