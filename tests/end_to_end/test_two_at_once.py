from __future__ import annotations

import json

from predictor.saved import read_model


def test_two_trainings_at_once_on_one_store_and_one_folder_both_succeed(small, start) -> None:
    arguments = ["-m", "predictor", "train", "study.yaml", "--data", "patients.csv", "--json"]
    arguments += ["--quiet", "--learner", "prevalence", "--learner", "ridge", "--jobs", "1"]
    both = [start(small.folder, [*arguments, "--seed", seed]) for seed in ("1", "2")]
    summaries = []
    for process in both:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        waiting = "waiting for another process to let go of the MLflow store "
        assert not [line for line in err.splitlines() if not line.startswith(waiting)]
        summaries.append(json.loads(out))
    assert {summary["seed"] for summary in summaries} == {1, 2}
    for summary in summaries:
        for learner in ("prevalence", "ridge"):
            model = read_model(small.folder / "models/small" / summary["training"] / learner)
            assert model.provenance["seed"] == summary["seed"]
    trainings = {summary["training"] for summary in summaries}
    assert (small.folder / "models/small/latest").readlink().name in trainings
    assert not list(small.folder.rglob(".predictor-*"))
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{small.folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 6
    assert {run.info.status for run in runs} == {"FINISHED"}
    registered = "small.responder_t2.T0"
    versions = client.search_model_versions(f"name='{registered}'")
    of_ours = sum(len(summary["model_versions"]) for summary in summaries)
    assert sorted(int(v.version) for v in versions) == [*range(1, of_ours + 1)]
    champion = client.get_model_version_by_alias(registered, "champion")
    ids = {s["learners"][s["champion"]]["run_id"] for s in summaries}
    assert champion.run_id in ids
