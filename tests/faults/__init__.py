"""What becomes of uploads when AWS fails: every call cut in turn, and schedules of chance.

`world.World` is a Reef in this process whose time, ids and messages are moved by hand; `wire.Wire`
lets its calls to AWS fail; `state` keeps it, puts it back and reads it without asking AWS.
`truth.all_is_well` says what must hold when everything has ended, and `nothing_unscanned` what must
hold at any moment. `python -m tests.faults` runs more than the suite does.

To add a flow, declare it in `flows.py`: a name, the story that is told up to there (`sent`,
`begun`, `lost`, `waited` …) and the step that is cut (`delivers` a message to a function, `sweeps`,
or `acts`: a client's next request). What a client can do is a function in `clients.STEPS`; what it
uploads, and how that must end, a parcel in `parcels.py`, which `schedules._cargo` may draw, too. A
function that takes messages of a queue is found by itself, once `tests.journeys.pipeline.FUNCTIONS`
names it. What a new slice stores gets its rule in `truth.py`.
"""
