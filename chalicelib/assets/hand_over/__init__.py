"""Handing over what a member owns to another member, by a job."""
