"""The names a user may rely on."""

from __future__ import annotations

import subprocess
import sys

import predictor


def test_the_list_is_sorted_and_every_name_is_there() -> None:
    assert predictor.__all__ == sorted(predictor.__all__)
    assert dir(predictor) == predictor.__all__
    for name in predictor.__all__:
        assert getattr(predictor, name) is not None
    assert set(predictor._WHERE) == set(predictor.__all__) - {"__version__"}


def test_every_public_function_and_type_says_what_it_is() -> None:
    for name in set(predictor.__all__) - {"__version__"}:
        thing = getattr(predictor, name)
        assert thing.__doc__, name
        assert thing.__module__.startswith("predictor."), name


def test_importing_the_package_imports_none_of_it() -> None:
    code = (
        "import sys, predictor\n"
        "loaded = [m for m in sys.modules if m.startswith('predictor.')]\n"
        "assert loaded == [], loaded\n"
        "assert 'pandas' not in sys.modules and 'mlflow' not in sys.modules\n"
        "try: predictor.nothing\n"
        "except AttributeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "module 'predictor' has no attribute 'nothing'\n"


def test_results_show_themselves_without_a_patient(trained) -> None:
    shown = trained.result._repr_html_()
    assert "AUROC (95 % interval)" in shown
    assert not [secret for secret in trained.study.secrets() if secret in shown]
    checked = predictor.check(trained.study.config, trained.study.data)._repr_html_()
    assert "88 patients with a label" in checked
