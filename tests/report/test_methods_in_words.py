from __future__ import annotations

import re

from predictor.report.methods_in_words import methods, methods_text
from predictor.results import TrainingResult


def test_every_number_is_one_of_the_report(report) -> None:
    found = TrainingResult.from_json(report)
    facts = found.model_dump_json()
    text = methods_text(found)
    known = set(re.findall(r"\d+(?:[.]\d+)*", facts))
    known |= {
        str(len(found.covariates)), str(len(found.learners)), "95",
        str(sum(c.parameters for c in found.covariates)),
        f"{100 * found.data.events / found.data.labelled:.0f}",
        f"{found.sample_size.assumed_auroc:.2f}",
    }  # fmt: skip
    assert set(re.findall(r"\d+(?:[.]\d+)*", text)) - known == set()


def test_it_says_patients_covariates_learners_samples_size_and_versions(report) -> None:
    patients, covariates, models, validation, size, software = methods(
        TrainingResult.from_json(report)
    )
    assert "Of the 48 patients analysed, 23 (48 %) had it." in patients
    assert "11 covariates (12 parameters)" in covariates
    assert "pain only (ridge, 1 parameter, the simple comparator)" in models
    assert "resamples of the patients" in validation
    assert "834 patients; there were 48" in size
    assert f"seed {report['seed']}" in software
    for name, version in report["versions"].items():
        assert f"{name} {version}" in software


def test_missing_values_and_clusters_are_said_as_they_are(report) -> None:
    report["cluster"] = "hospital"
    report["covariates"][0]["missing"] = 3
    _, covariates, _, validation, *_ = methods(TrainingResult.from_json(report))
    assert "imputed inside every training" in covariates
    assert "Patients of one hospital are never split" in validation
