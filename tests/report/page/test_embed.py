from __future__ import annotations

from urllib.parse import unquote

from predictor.report.figures import Figure, training_figures
from predictor.report.page import embedded
from predictor.report.page.blocks import Picture
from predictor.results import TrainingResult


def test_a_figure_goes_in_with_its_words_and_its_numbers(report) -> None:
    figure = training_figures(TrainingResult.from_json(report))["flow"]
    assert isinstance(figure, Figure)
    (picture,) = embedded({"flow": figure}, {}, {})
    assert (picture.topic, picture.learner) == ("flow", None)
    assert (picture.title, picture.alt) == (figure.title, figure.alt)
    assert picture.content == figure.svg.encode()
    assert picture.table is not None
    assert picture.table.rows == figure.table.rows
    assert picture.uri.startswith("data:image/svg+xml,%3Csvg")
    assert not set('"<>&') & set(picture.uri)
    assert unquote(picture.uri).partition(",")[2] == figure.svg.replace('"', "'")


def test_a_figure_with_a_point_per_patient_goes_in_as_it_was_drawn() -> None:
    content = b"\x89PNG\r\n\x1a\n"
    (picture,) = embedded({}, {"ridge": {}}, {"ridge": content})
    assert isinstance(picture, Picture)
    assert (picture.topic, picture.learner) == ("shap_beeswarm", "ridge")
    assert picture.uri == "data:image/png;base64,iVBORw0KGgo="
    assert "ridge" in picture.alt
