"""Cases in the database: who reads them, what may be changed, and what an erasure leaves of them."""

from collections.abc import Iterator

import pytest

from storage.casework.cases import CaseError, Reader
from storage.types import Where
from tests.casework_site import ADA, OLGA, Desk

ALL = Reader(None, None)


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    opened = Desk(url)
    yield opened
    opened.close()


def test_a_case_is_its_owner_s_and_whose_it_is_shared_with(desk: Desk) -> None:
    made = desk.cases.open(ADA, "ada", " bicycle thefts ", "since May")
    other = desk.cases.open(OLGA, "olga", "lost child")
    assert [case.name for case in desk.cases.all(Reader("ada", None))] == ["bicycle thefts"]
    assert desk.cases.get(made, Reader("olga", None)) is None
    desk.cases.share(ADA, made, ["olga", "ada", "olga"])
    shared = desk.cases.get(made, Reader("olga", None))
    assert shared is not None
    assert (shared.owner, shared.members, shared.notes) == ("ada", ("olga",), "since May")
    assert {case.id for case in desk.cases.all(Reader("olga", None))} == {made, other}
    desk.cases.share(ADA, made, [])
    assert desk.cases.get(made, Reader("olga", None)) is None
    assert [case.id for case in desk.cases.all(ALL)] == [other, made]


def test_entries_stand_in_the_order_of_time_whenever_they_came(desk: Desk) -> None:
    made = desk.cases.open(ADA, "ada", "case")
    shots = [desk.index(position)[1][0] for position in (2, 0, 1)]
    numbers = [desk.cases.add(ADA, made, shot, f"number {at}") for at, shot in enumerate(shots)]
    again = desk.cases.add(OLGA, made, shots[0], "another note")
    assert again == numbers[0]
    entries = desk.cases.entries(made, None)
    assert [entry.note for entry in entries] == ["number 1", "number 2", "number 0"]
    assert [entry.sighting for entry in entries] == [shots[1].id, shots[2].id, shots[0].id]
    assert {entry.added_by for entry in entries} == {"ada"}
    desk.cases.write_note(OLGA, made, numbers[0], "with a bicycle")
    desk.cases.take_out(OLGA, made, numbers[1])
    assert [entry.note for entry in desk.cases.entries(made, None)] == ["number 2", "with a bicycle"]
    with pytest.raises(CaseError, match="no entry"):
        desk.cases.take_out(OLGA, made, numbers[1])


def test_entries_of_other_cameras_are_not_there_for_whoever_may_not_see_them(desk: Desk) -> None:
    made = desk.cases.open(ADA, "ada", "case")
    for camera in ("gate", "hall"):
        desk.cases.add(ADA, made, desk.index(0, camera)[1][0])
    narrow = frozenset({"hall"})
    assert [entry.camera for entry in desk.cases.entries(made, narrow)] == ["hall"]
    case = desk.cases.get(made, Reader("ada", narrow))
    assert case is not None
    assert case.entries == 1


def test_a_closed_case_stays_as_it_is_until_it_is_opened_again(desk: Desk) -> None:
    made = desk.cases.open(ADA, "ada", "case")
    _, (first, second) = desk.index(0)
    entry = desk.cases.add(ADA, made, first)
    desk.cases.set_closed(ADA, made, True)
    desk.cases.set_closed(ADA, made, True)
    for act in (
        lambda: desk.cases.add(ADA, made, second),
        lambda: desk.cases.write_note(ADA, made, entry, "late"),
        lambda: desk.cases.take_out(ADA, made, entry),
        lambda: desk.cases.change(ADA, made, notes="late"),
        lambda: desk.cases.share(ADA, made, ["olga"]),
    ):
        with pytest.raises(CaseError, match="closed"):
            act()
    desk.cases.set_closed(ADA, made, False)
    desk.cases.change(ADA, made, name="another", notes="")
    case = desk.cases.get(made, ALL)
    assert case is not None
    assert (case.name, case.notes, case.closed, case.entries) == ("another", "", None, 1)
    assert [len(desk.told(action)) for action in ("close_case", "reopen_case")] == [1, 1]


def test_what_is_not_there_is_said(desk: Desk) -> None:
    for act in (
        lambda: desk.cases.change(ADA, 7, name="x"),
        lambda: desk.cases.set_closed(ADA, 7, True),
        lambda: desk.cases.remove(ADA, 7),
    ):
        with pytest.raises(CaseError, match="no case 7"):
            act()
    with pytest.raises(CaseError, match="name"):
        desk.cases.open(ADA, "ada", "  ")


@pytest.mark.parametrize("by", ["ids", "where"])
def test_of_an_erased_sighting_stays_that_there_was_one(desk: Desk, by: str) -> None:
    made = desk.cases.open(ADA, "ada", "case")
    _, (shot, other) = desk.index(0)
    entry = desk.cases.add(ADA, made, shot, "limps; see also the hall")
    where = Where((), shot.began, shot.ended) if by == "where" else None
    expected = 1
    assert desk.erasures.mentions(where, [shot.id]).entries == expected
    desk.clock.pass_by(days=1)
    desk.erasures.forget([shot.id] if by == "ids" else [], where=where)
    (left,) = desk.cases.entries(made, frozenset())
    assert (left.id, left.sighting, left.camera, left.began, left.taken, left.note) == (
        *(entry, None, "", None, None, ""),
    )
    assert (left.erased, left.added_by) == (desk.clock.now, "ada")
    with desk.ledger._engine.begin() as connection:
        kept = repr(connection.exec_driver_sql("SELECT * FROM case_entries").all())
    assert not any(word in kept for word in (str(shot.id), "gate", "limps"))
    with pytest.raises(CaseError, match="erased"):
        desk.cases.write_note(ADA, made, entry, "it was him")
    desk.cases.add(ADA, made, other)
    desk.erasures.forget([other.id])  # two erased entries of one case do not collide
    assert len(desk.cases.entries(made, None)) == 2


def test_a_case_is_removed_with_all_of_it(desk: Desk) -> None:
    made = desk.cases.open(ADA, "ada", "case")
    desk.cases.share(ADA, made, ["olga"])
    desk.cases.add(ADA, made, desk.index(0)[1][0])
    desk.cases.remove(ADA, made)
    assert desk.cases.all(ALL) == []
    assert desk.cases.entries(made, None) == []
    assert desk.told("remove_case")[0].details == {"name": "case", "owner": "ada"}
