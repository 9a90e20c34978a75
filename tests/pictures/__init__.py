"""Pictures made on the spot: damaged in every part of their formats, and in all colours."""
