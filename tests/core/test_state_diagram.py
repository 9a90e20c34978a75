"""Declared transitions are drawn, a line for each pair of states."""

from chalicelib.core.state_diagram import drawn


def test_words_of_the_same_two_states_share_a_line() -> None:
    arrows = [("[*]", "new", ""), ("new", "done", "kept"), ("new", "done", "kept")]
    assert drawn([*arrows, ("new", "done", "sent")]).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> new",
        "    new --> done: kept, sent",
    ]
