"""What was found, as objects that cannot be changed: the documents that commands print and keep."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from predictor.results.base import FORMAT, Columns, Count, Number, Numbers, Result
    from predictor.results.centres import (
        AcrossCentres,
        CentreMeasure,
        CentrePerformance,
        CentresSummary,
    )
    from predictor.results.check import CheckedCohort, CheckedCovariate, CheckResult
    from predictor.results.cohort import AlternativeCounts, CohortCounts, Covariate, Exclusion, Flow
    from predictor.results.combined import CombinedValidations
    from predictor.results.comparable import ComparableTraining, ResampledMeasure
    from predictor.results.compared import (
        ChangedPart,
        ComparedTrainings,
        ListedTraining,
        MeasuredDifference,
        TrainingsOfStudy,
    )
    from predictor.results.course import Change, Point, Shift, SignedRank, Trajectories
    from predictor.results.curves import (
        Calibration,
        CalibrationGroup,
        CurveSpread,
        DecisionCurve,
        Histogram,
        SmoothCurve,
        TreatAll,
    )
    from predictor.results.description import (
        ByGroup,
        Characteristic,
        Characteristics,
        Conflict,
        DefinitionByGroup,
        DefinitionShare,
        Described,
        Description,
        Duration,
        LabelPath,
        LabelPaths,
        LevelsCharacteristic,
        LevelsInGroup,
        McNemar,
        McNemarP,
        Missing,
        MissingColumn,
        MissingPattern,
        NumberCharacteristic,
        NumberInGroup,
        OutcomeDefinition,
        Published,
        PublishedFigure,
        RarePatterns,
        Responders,
        Share,
        Transition,
    )
    from predictor.results.documents import (
        EnteredModel,
        EnteredModels,
        ExportedModel,
        PromotedModel,
        ScoredFile,
        SentTraining,
        StarterStudy,
        SyntheticCohort,
        WrittenPage,
    )
    from predictor.results.findings import (
        Comparison,
        Finding,
        RepeatedChoice,
        RequiredPatients,
        SampleSize,
        Sensitivity,
        VerdictLevel,
    )
    from predictor.results.forward import Forward
    from predictor.results.global_test import (
        ExpectedDirections,
        GlobalTest,
        GlobalTestMember,
        Power,
    )
    from predictor.results.groups import ByGroups, GroupPerformance
    from predictor.results.intervals import (
        NUMBERS,
        Estimate,
        Interval,
        IntervalEstimate,
        NotedEstimate,
    )
    from predictor.results.label_limits import ArmSpread, LabelLimits, LabelNoise
    from predictor.results.learner import (
        Coefficient,
        Contribution,
        DeliveredLearner,
        Failures,
        LearnerResult,
        ModelInWords,
        Rank,
        Shape,
        ShapePoint,
        SidesChanged,
        Stability,
        StabilityGroup,
    )
    from predictor.results.monitoring import (
        ChangedColumn,
        DeliveredMonitoring,
        DriftOfPatients,
        MonitoringLevel,
        MonitoringResult,
        OutcomeChart,
        ScoredPeriod,
        WatchedPatients,
        WatchedPeriod,
    )
    from predictor.results.planning import (
        Advice,
        ForecastCell,
        LearningPoint,
        PatientsForStrength,
        PatientsReached,
        StudyPlan,
    )
    from predictor.results.reading import read_training
    from predictor.results.redundancy import Alike, Explained, Joined, Redundancy
    from predictor.results.shared_validation import SharedValidation
    from predictor.results.tidied import Leftover, TidiedStudy
    from predictor.results.training import DeliveredTraining, Plan, TrainingResult
    from predictor.results.update import (
        DeliveredUpdate,
        MovedTerm,
        OldModel,
        TestedStep,
        UpdateGain,
        UpdateResult,
    )
    from predictor.results.validation import (
        CaseMix,
        ComparedColumn,
        ComparedCovariate,
        ComparedPredictor,
        DeliveredValidation,
        GainOverTreatAll,
        MeasuredGap,
        ModelInNewPatients,
        NeededForValidation,
        ValidatedMeasure,
        ValidatedModel,
        ValidationLevel,
        ValidationResult,
    )
    from predictor.results.verification import ChangedInput, ChangedNumber, Verification

__all__ = [
    "FORMAT",
    "NUMBERS",
    "AcrossCentres",
    "Advice",
    "Alike",
    "AlternativeCounts",
    "ArmSpread",
    "ByGroup",
    "ByGroups",
    "Calibration",
    "CalibrationGroup",
    "CaseMix",
    "CentreMeasure",
    "CentrePerformance",
    "CentresSummary",
    "Change",
    "ChangedColumn",
    "ChangedInput",
    "ChangedNumber",
    "ChangedPart",
    "Characteristic",
    "Characteristics",
    "CheckResult",
    "CheckedCohort",
    "CheckedCovariate",
    "Coefficient",
    "CohortCounts",
    "Columns",
    "CombinedValidations",
    "ComparableTraining",
    "ComparedColumn",
    "ComparedCovariate",
    "ComparedPredictor",
    "ComparedTrainings",
    "Comparison",
    "Conflict",
    "Contribution",
    "Count",
    "Covariate",
    "CurveSpread",
    "DecisionCurve",
    "DefinitionByGroup",
    "DefinitionShare",
    "DeliveredLearner",
    "DeliveredMonitoring",
    "DeliveredTraining",
    "DeliveredUpdate",
    "DeliveredValidation",
    "Described",
    "Description",
    "DriftOfPatients",
    "Duration",
    "EnteredModel",
    "EnteredModels",
    "Estimate",
    "Exclusion",
    "ExpectedDirections",
    "Explained",
    "ExportedModel",
    "Failures",
    "Finding",
    "Flow",
    "ForecastCell",
    "Forward",
    "GainOverTreatAll",
    "GlobalTest",
    "GlobalTestMember",
    "GroupPerformance",
    "Histogram",
    "Interval",
    "IntervalEstimate",
    "Joined",
    "LabelLimits",
    "LabelNoise",
    "LabelPath",
    "LabelPaths",
    "LearnerResult",
    "LearningPoint",
    "Leftover",
    "LevelsCharacteristic",
    "LevelsInGroup",
    "ListedTraining",
    "McNemar",
    "McNemarP",
    "MeasuredDifference",
    "MeasuredGap",
    "Missing",
    "MissingColumn",
    "MissingPattern",
    "ModelInNewPatients",
    "ModelInWords",
    "MonitoringLevel",
    "MonitoringResult",
    "MovedTerm",
    "NeededForValidation",
    "NotedEstimate",
    "Number",
    "NumberCharacteristic",
    "NumberInGroup",
    "Numbers",
    "OldModel",
    "OutcomeChart",
    "OutcomeDefinition",
    "PatientsForStrength",
    "PatientsReached",
    "Plan",
    "Point",
    "Power",
    "PromotedModel",
    "Published",
    "PublishedFigure",
    "Rank",
    "RarePatterns",
    "Redundancy",
    "RepeatedChoice",
    "RequiredPatients",
    "ResampledMeasure",
    "Responders",
    "Result",
    "SampleSize",
    "ScoredFile",
    "ScoredPeriod",
    "Sensitivity",
    "SentTraining",
    "Shape",
    "ShapePoint",
    "Share",
    "SharedValidation",
    "Shift",
    "SidesChanged",
    "SignedRank",
    "SmoothCurve",
    "Stability",
    "StabilityGroup",
    "StarterStudy",
    "StudyPlan",
    "SyntheticCohort",
    "TestedStep",
    "TidiedStudy",
    "TrainingResult",
    "TrainingsOfStudy",
    "Trajectories",
    "Transition",
    "TreatAll",
    "UpdateGain",
    "UpdateResult",
    "ValidatedMeasure",
    "ValidatedModel",
    "ValidationLevel",
    "ValidationResult",
    "VerdictLevel",
    "Verification",
    "WatchedPatients",
    "WatchedPeriod",
    "WrittenPage",
    "read_training",
]

# listing trainings or scoring one patient would wait for the documents of all other commands
_NAMES = {
    "base": "FORMAT Columns Count Number Numbers Result",
    "centres": "AcrossCentres CentreMeasure CentrePerformance CentresSummary",
    "check": "CheckResult CheckedCohort CheckedCovariate",
    "cohort": "AlternativeCounts CohortCounts Covariate Exclusion Flow",
    "combined": "CombinedValidations",
    "comparable": "ComparableTraining ResampledMeasure",
    "compared": "ChangedPart ComparedTrainings ListedTraining MeasuredDifference TrainingsOfStudy",
    "course": "Change Point Shift SignedRank Trajectories",
    "curves": (
        "Calibration CalibrationGroup CurveSpread DecisionCurve Histogram SmoothCurve TreatAll"
    ),
    "description": (
        "ByGroup Characteristic Characteristics Conflict DefinitionByGroup DefinitionShare "
        "Described Description Duration LabelPath LabelPaths LevelsCharacteristic "
        "LevelsInGroup McNemar McNemarP Missing MissingColumn MissingPattern "
        "NumberCharacteristic NumberInGroup OutcomeDefinition Published PublishedFigure "
        "RarePatterns Responders Share Transition"
    ),
    "documents": (
        "EnteredModel EnteredModels ExportedModel PromotedModel ScoredFile SentTraining "
        "StarterStudy SyntheticCohort WrittenPage"
    ),
    "findings": (
        "Comparison Finding RepeatedChoice RequiredPatients SampleSize Sensitivity VerdictLevel"
    ),
    "forward": "Forward",
    "global_test": "ExpectedDirections GlobalTest GlobalTestMember Power",
    "groups": "ByGroups GroupPerformance",
    "intervals": "NUMBERS Estimate Interval IntervalEstimate NotedEstimate",
    "label_limits": "ArmSpread LabelLimits LabelNoise",
    "learner": (
        "Coefficient Contribution DeliveredLearner Failures LearnerResult ModelInWords Rank "
        "Shape ShapePoint SidesChanged Stability StabilityGroup"
    ),
    "monitoring": (
        "ChangedColumn DeliveredMonitoring DriftOfPatients MonitoringLevel MonitoringResult "
        "OutcomeChart ScoredPeriod WatchedPatients WatchedPeriod"
    ),
    "planning": "Advice ForecastCell LearningPoint PatientsForStrength PatientsReached StudyPlan",
    "reading": "read_training",
    "redundancy": "Alike Explained Joined Redundancy",
    "shared_validation": "SharedValidation",
    "tidied": "Leftover TidiedStudy",
    "training": "DeliveredTraining Plan TrainingResult",
    "update": "DeliveredUpdate MovedTerm OldModel TestedStep UpdateGain UpdateResult",
    "validation": (
        "CaseMix ComparedColumn ComparedCovariate ComparedPredictor DeliveredValidation "
        "GainOverTreatAll MeasuredGap ModelInNewPatients NeededForValidation "
        "ValidatedMeasure ValidatedModel ValidationLevel ValidationResult"
    ),
    "verification": "ChangedInput ChangedNumber Verification",
}
_WHERE = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
