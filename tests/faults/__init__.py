"""What becomes of uploads and reviews when AWS fails: every call cut in turn, schedules of chance.

`world.World` is a Reef in this process whose time, ids and messages are moved by hand; `wire.Wire`
lets its calls to AWS fail, and `machines.Machines` are its executions; `state` keeps it, puts it
back and reads it without asking AWS. `truth.all_is_well` says what must hold when everything has
ended, and `nothing_unscanned` what must hold at any moment. `python -m tests.faults` runs more than
the suite does.

To add a flow, declare it in `flows.py` or `rule_flows.py`, in the words of `stories.py`: a name,
the story that is told up to there (`sent`, `begun`, `up_to`, `in_review`, `lost`, `waited` …) and
the step that is cut (`delivers` a message to a function, `sweeps`, `tends`, or `acts`: the next
request of a client, a reviewer or a moderator). What an uploader can do is a function in
`clients.STEPS`, what others do about it one in `people.STEPS`; what is uploaded, and how that must
end, a parcel in `parcels.py`, which `schedules._cargo` may draw, too. A function that takes
messages of a queue is found by itself, once `tests.journeys.pipeline.FUNCTIONS` or
`world.FOLLOWERS` names it. What a new slice stores gets its rule in `truth.py`.
"""
