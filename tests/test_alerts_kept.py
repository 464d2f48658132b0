"""Saved searches and alerts in the database: each person fires once, and each alert has an end."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.casework import saved
from storage.casework.alerts import ATTEMPTS, Wanted
from storage.casework.fresh import ATTEMPTS as TRIES
from storage.casework.saved import PREFIX, SavedError
from storage.errors import LeaseLostError
from storage.footage.chunks import State
from storage.footage.erasures import Selection
from storage.types import Where
from tests.casework_site import ADA, EVERYTHING, LEASE, ME, RED, TOLD, YOU, Desk, person
from tests.ledger_chunks import NOON


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    opened = Desk(url)
    yield opened
    opened.close()


def test_a_search_is_saved_changed_and_removed_and_all_of_it_is_written_down(desk: Desk) -> None:
    secret, made = desk.saved.add(ADA, "ada", RED)
    assert desk.saved.all("ada") == desk.saved.all() == [made]
    assert desk.saved.all("olga") == []
    desk.clock.pass_by(minutes=1)
    renamed = desk.saved.change(ADA, made.id, replace(RED, name="reds", quiet="22:00-06:00"))
    assert renamed.since == made.since
    anew = desk.saved.change(ADA, made.id, replace(RED, sentence="blue coat", description="blue coat"))
    assert anew.since == desk.clock.now
    assert desk.saved.get(made.id) == anew
    assert desk.saved.secret(made.id) == secret
    desk.saved.remove(ADA, made.id)
    assert desk.saved.get(made.id) is None
    assert [desk.saved.secret(made.id), len(desk.told("change_saved_search"))] == ["", 2]
    for gone in (desk.saved.remove, desk.saved.renew_secret):
        with pytest.raises(SavedError, match="no saved search"):
            gone(ADA, made.id)


def test_a_secret_is_random_and_can_be_renewed_and_stands_in_no_log(desk: Desk) -> None:
    secret, made = desk.saved.add(ADA, "ada", replace(TOLD, webhook="https://u:pw@hooks.example:99/in/key"))
    assert len(base64.b64decode(secret.removeprefix(PREFIX))) == 32
    newer = desk.saved.renew_secret(ADA, made.id)
    assert newer != secret
    assert desk.saved.secret(made.id) == newer
    (entry,) = desk.told("save_search")
    assert entry.details["webhook"] == "hooks.example:99"
    assert not any(word in repr(list(desk.told("renew_webhook_secret"))) for word in (secret, newer, "pw"))


def test_two_searches_of_one_owner_have_two_names(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    with pytest.raises(SavedError, match="already"):
        desk.saved.add(ADA, "ada", RED)
    desk.saved.add(ADA, "olga", RED)
    _, other = desk.saved.add(ADA, "ada", replace(RED, name="others"))
    with pytest.raises(SavedError, match="already"):
        desk.saved.change(ADA, other.id, RED)
    assert desk.saved.change(ADA, made.id, RED) == made


def test_nobody_saves_more_searches_than_can_be_compared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    desk.saved.add(ADA, "ada", RED)
    with pytest.raises(SavedError, match="remove one"):
        desk.saved.add(ADA, "ada", replace(RED, name="another"))
    desk.saved.add(ADA, "olga", RED)


def test_what_is_indexed_waits_only_while_a_search_looks(desk: Desk) -> None:
    desk.index(0)
    assert desk.fresh.waiting() == 0
    _, made = desk.saved.add(ADA, "ada", RED)
    desk.saved.pause(ADA, made.id, True)
    desk.index(1)
    assert desk.fresh.waiting() == 0
    desk.clock.pass_by(minutes=1)
    assert desk.saved.pause(ADA, made.id, False).since == desk.clock.now
    third, _ = desk.index(2)
    assert [one.chunk for one in desk.turn().waiting] == [third.id]


def test_a_chunk_that_is_indexed_again_waits_once(desk: Desk) -> None:
    desk.saved.add(ADA, "ada", RED)
    one, _ = desk.index(0)
    desk.ledger.plan([one])
    engine = desk.ledger._engine
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE chunks SET state = '{State.WATCHED}'")
    again = desk.ledger.claim("index", ME, LEASE)
    assert again is not None
    desk.ledger.complete_index(again)
    assert desk.fresh.waiting() == 1


def test_one_worker_at_a_time_has_a_camera(desk: Desk) -> None:
    desk.saved.add(ADA, "ada", RED)
    desk.index(0)
    desk.index(0, "hall")
    first, second = desk.turn(ME), desk.turn(YOU)
    assert {first.camera, second.camera} == {"gate", "hall"}
    assert desk.fresh.claim(YOU, LEASE) is None
    desk.fresh.release(first)
    assert desk.turn(YOU).camera == first.camera


def test_a_turn_that_ran_out_is_another_s_and_the_first_changes_nothing(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    one, shots = desk.index(0)
    late = desk.turn(ME)
    desk.clock.pass_by(minutes=6)
    now = desk.turn(YOU)
    for act in (
        lambda: desk.fresh.settle(late, one.id, [person(made, shots[0])]),
        lambda: desk.fresh.renew(late, LEASE),
        lambda: desk.fresh.release(late),
        lambda: desk.fresh.fail(late, one.id),
    ):
        with pytest.raises(LeaseLostError):
            act()
    assert desk.alerts.newest(EVERYTHING) == []
    now = desk.fresh.renew(now, LEASE)
    assert len(desk.fresh.settle(now, one.id, [person(made, shots[0])])) == 1


def test_chunks_of_a_camera_are_compared_in_the_order_of_their_footage(desk: Desk) -> None:
    desk.saved.add(ADA, "ada", RED)
    later, _ = desk.index(3)
    desk.clock.pass_by(seconds=1)
    earlier, _ = desk.index(1)
    assert [one.chunk for one in desk.turn().waiting] == [earlier.id, later.id]


def test_a_person_fires_once_and_is_kept_whole(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", TOLD)
    one, shots = desk.index(0)
    turn = desk.turn()
    (fired,) = desk.fresh.settle(turn, one.id, [person(made, shots[0])])
    (alert,) = desk.alerts.newest(EVERYTHING)
    assert (alert.id, alert.sighting, alert.owner, alert.name) == (
        fired.alert,
        shots[0].id,
        "ada",
        "red coats",
    )
    assert (alert.probability, alert.grounds[0].phrase, alert.due) == (0.9, "red coat", desk.clock.now)
    (entry,) = desk.told("alert")
    assert (entry.who, entry.subject, entry.details["sighting"]) == ("passerby", alert.id, str(shots[0].id))
    # the same chunk again, as after a crash between the two
    assert desk.fresh.settle(turn, one.id, [person(made, shots[0])]) == []
    assert len(desk.told("alert")) == 1


def test_the_next_tracks_of_a_person_do_not_fire_however_long_the_chain(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    _, (first, *_) = desk.index(0)
    desk.fire(made, first)
    second_chunk, (second, *_) = desk.index(1)
    turn = desk.turn()
    # the second track does not match by itself, but is theirs, so the third is theirs too
    assert desk.fresh.settle(turn, second_chunk.id, [person(made, first, second, matches=False)]) == []
    desk.fresh.release(turn)
    third_chunk, (third, *_) = desk.index(2)
    turn = desk.turn()
    assert desk.fresh.settle(turn, third_chunk.id, [person(made, second, third)]) == []
    _, other = desk.saved.add(ADA, "olga", RED)
    assert len(desk.fresh.settle(turn, third_chunk.id, [person(other, second, third)])) == 1


def test_a_chunk_that_fails_three_times_is_left_alone(desk: Desk) -> None:
    desk.saved.add(ADA, "ada", RED)
    one, _ = desk.index(0)
    turn = desk.turn()
    assert [desk.fresh.fail(turn, one.id) for _ in range(TRIES)] == [False, False, True]
    assert desk.fresh.waiting() == 0


def test_alerts_are_for_their_owner_and_for_cameras_that_may_be_seen(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    _, (shot, *_) = desk.index(0)
    alert = desk.fire(made, shot)
    for seen in (Wanted("ada", None), Wanted("ada", frozenset({"gate"})), Wanted(None, None, made.id)):
        assert desk.alerts.newest(seen) == [alert]
        assert desk.alerts.get(alert.id, seen) == alert
    for unseen in (Wanted("olga", None), Wanted("ada", frozenset({"hall"})), Wanted("ada", frozenset())):
        assert desk.alerts.newest(unseen) == []
        assert desk.alerts.get(alert.id, unseen) is None


def test_a_delivery_is_one_worker_s_until_its_lease_runs_out(desk: Desk) -> None:
    secret, made = desk.saved.add(ADA, "ada", TOLD)
    _, (shot, *_) = desk.index(0)
    alert = desk.fire(made, shot)
    assert desk.alerts.due()
    late = desk.alerts.claim(ME, LEASE)
    assert late is not None
    assert (late.alert.id, late.secret, late.search) == (alert.id, secret, made)
    assert desk.alerts.claim(YOU, LEASE) is None
    desk.clock.pass_by(minutes=6)
    now = desk.alerts.claim(YOU, LEASE)
    assert now is not None
    with pytest.raises(LeaseLostError):
        desk.alerts.deliver(late, "hooks.example")
    desk.alerts.deliver(now, "hooks.example")
    assert not desk.alerts.due()
    assert desk.alerts.newest(EVERYTHING)[0].delivered == desk.clock.now
    assert [entry.details["host"] for entry in desk.told("deliver_alert")] == ["hooks.example"]


def test_pauses_grow_and_end_and_the_end_is_written_down(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", TOLD)
    _, (shot, *_) = desk.index(0)
    desk.fire(made, shot)
    pauses = []
    for attempt in range(1, ATTEMPTS + 1):
        delivery = desk.alerts.claim(ME, LEASE)
        assert delivery is not None
        again = desk.alerts.fail(delivery, "no answer")
        (alert,) = desk.alerts.newest(EVERYTHING)
        assert (alert.attempts, alert.trouble, again) == (attempt, "no answer", attempt < ATTEMPTS)
        if alert.due is not None:
            pauses.append(alert.due - desk.clock.now)
            assert not desk.alerts.due()
            desk.clock.now = alert.due
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses == sorted(pauses)
    assert timedelta(hours=8) < sum(pauses, timedelta()) < timedelta(hours=24)
    assert desk.alerts.claim(ME, LEASE) is None
    assert [entry.details["reason"] for entry in desk.told("give_up_alert")] == ["no answer"]


def test_quiet_hours_hold_an_alert_back_without_counting(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", TOLD)
    _, (shot, *_) = desk.index(0)
    desk.fire(made, shot)
    delivery = desk.alerts.claim(ME, LEASE)
    assert delivery is not None
    until = NOON + timedelta(hours=6)
    desk.alerts.hold_back(delivery, until)
    (alert,) = desk.alerts.newest(EVERYTHING)
    assert (alert.due, alert.quiet_until, alert.attempts) == (until, until, 0)
    assert desk.alerts.claim(ME, LEASE) is None
    desk.clock.now = until
    assert desk.alerts.claim(ME, LEASE) is not None


def test_without_a_webhook_nothing_is_due(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    _, (shot, *_) = desk.index(0)
    assert desk.fire(made, shot).due is None
    assert not desk.alerts.due()


@pytest.mark.parametrize("by", ["ids", "where"])
def test_erasure_takes_the_alert_and_what_it_knew(desk: Desk, by: str) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    _, (shot, other) = desk.index(0)
    desk.fire(made, shot)
    where = Where(("gate",), shot.began, shot.ended) if by == "where" else None
    assert desk.erasures.mentions(where, [shot.id]).alerts == 1
    assert desk.erasures.mentions(Where(("hall",)), [other.id]).alerts == 0
    desk.erasures.forget([shot.id] if by == "ids" else [], where=where)
    assert desk.alerts.newest(EVERYTHING) == []
    assert desk.erasures.mentions(where, [shot.id]).alerts == 0
    with desk.ledger._engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alert_tracks").scalar() == 0
    assert (shot in desk.erasures.find(Selection(sightings=(shot.id,))).shots) is (by == "where")


def test_an_alert_that_is_erased_while_it_is_delivered_stays_erased(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", TOLD)
    _, (shot, *_) = desk.index(0)
    desk.fire(made, shot)
    delivery = desk.alerts.claim(ME, LEASE)
    assert delivery is not None
    desk.erasures.forget([shot.id])
    with pytest.raises(LeaseLostError, match="erased"):
        desk.alerts.deliver(delivery, "hooks.example")
    assert desk.alerts.newest(EVERYTHING) == []


def test_a_search_goes_with_its_alerts(desk: Desk) -> None:
    _, made = desk.saved.add(ADA, "ada", RED)
    _, (shot, *_) = desk.index(0)
    desk.fire(made, shot)
    desk.saved.remove(ADA, made.id)
    assert desk.alerts.newest(EVERYTHING) == []
    assert desk.told("remove_saved_search")[0].details["alerts"] == 1
