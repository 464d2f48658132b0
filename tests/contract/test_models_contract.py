"""What lies at one URL: models side by side, of which one answers."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.errors import OtherModelError
from storage.sightings.index import Models
from storage.types import Held, Sighting, Standing, Where

OLD, NEW = "plain@00000000", "other@11111111"

Make = Callable[..., Sighting]

pytestmark = pytest.mark.parametrize(
    "kept", ["edge", "local", "wire", pytest.param("server", marks=pytest.mark.server)], indirect=True
)


def fill(index: Any, *sightings: Sighting) -> None:
    index.add(sightings)
    index.close()


def test_an_empty_place_has_no_model(models: Models) -> None:
    assert models.held() == []
    assert models.active() is None


def test_the_first_model_answers_and_its_weights_are_known(models: Models, sighting: Make) -> None:
    fill(models.open(OLD, "old.safetensors"), sighting(1))
    fill(models.open(OLD), sighting(2))
    assert models.active() == Held(OLD, "old.safetensors", Standing.ANSWERS)
    assert models.count(OLD) == 2


def test_sightings_of_another_model_are_refused_by_name(models: Models, sighting: Make) -> None:
    fill(models.open(OLD), sighting(1))
    with pytest.raises(OtherModelError, match=rf"1 sightings.*{OLD}.*{NEW}.*reindex"):
        models.open(NEW)


def test_an_empty_index_may_change_its_model(models: Models, sighting: Make) -> None:
    index = models.open(OLD)
    index.add([sighting(1)])
    index.delete(Where())
    index.close()
    fill(models.open(NEW), sighting(1, model=NEW))
    assert [held.model for held in models.held()] == [NEW]
    with pytest.raises(OtherModelError):
        models.open(OLD)


def test_a_new_model_is_filled_beside_the_one_that_answers(models: Models, sighting: Make) -> None:
    fill(models.open(OLD), sighting(1), sighting(2))
    fill(models.beside(NEW), sighting(1, model=NEW))

    standing = {held.model: held.standing for held in models.held()}
    assert standing == {OLD: Standing.ANSWERS, NEW: Standing.UNFINISHED}
    assert (models.count(OLD), models.count(NEW)) == (2, 1)
    with pytest.raises(OtherModelError):  # half of it is not for searches
        models.open(NEW)


def test_a_switch_changes_who_answers_and_stops_nobody(
    kept: Any, models: Models, sighting: Make, caplog: pytest.LogCaptureFixture
) -> None:
    fill(models.open(OLD), sighting(1))
    fill(models.beside(NEW), sighting(1, model=NEW))
    asked = kept().open(OLD)

    models.switch(NEW, "new.safetensors")

    assert [hit.sighting.model for hit in asked.nearest(sighting(1).vector, 9, Where())] == [OLD]
    asked.close()
    assert models.active() == Held(NEW, "new.safetensors", Standing.ANSWERS)
    fill(models.open(NEW), sighting(2, model=NEW))
    assert models.count(NEW) == 2

    again = models.open(OLD)  # a worker that has not been started anew
    assert again.count() == 1
    again.close()
    assert NEW in caplog.text
    models.switch(OLD, "")
    assert models.active() == Held(OLD, "", Standing.ANSWERS)


def test_only_a_model_that_does_not_answer_can_be_dropped(models: Models, sighting: Make) -> None:
    fill(models.open(OLD), sighting(1))
    fill(models.beside(NEW), sighting(1, model=NEW))
    with pytest.raises(ValueError, match="answers the searches"):
        models.drop(OLD)
    with pytest.raises(ValueError, match=f"no model nobody@22222222: it has .*{OLD}"):
        models.drop("nobody@22222222")

    models.switch(NEW, "")
    models.drop(OLD)

    assert [held.model for held in models.held()] == [NEW]
    with pytest.raises(OtherModelError):
        models.open(OLD)


def test_a_model_indexed_where_nothing_was_answers_once_it_is_opened(models: Models, sighting: Make) -> None:
    fill(models.beside(NEW), sighting(1, model=NEW))
    assert models.active() is None
    models.open(NEW, "new.safetensors").close()
    assert models.active() == Held(NEW, "new.safetensors", Standing.ANSWERS)
