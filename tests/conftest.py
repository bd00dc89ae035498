from __future__ import annotations

import os

# No test sends anything anywhere: MLflow asks for this while it is imported, here and in the
# processes that tests start.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
