"""What was found, as objects that cannot be changed: the documents that commands print and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.later import attributes

if TYPE_CHECKING:
    from predictor.results.base import FORMAT as FORMAT
    from predictor.results.base import Columns as Columns
    from predictor.results.base import Count as Count
    from predictor.results.base import Number as Number
    from predictor.results.base import Numbers as Numbers
    from predictor.results.base import Result as Result
    from predictor.results.by_part import ByPart as ByPart
    from predictor.results.centres import AcrossCentres as AcrossCentres
    from predictor.results.centres import CentreMeasure as CentreMeasure
    from predictor.results.centres import CentrePerformance as CentrePerformance
    from predictor.results.centres import CentresSummary as CentresSummary
    from predictor.results.check import CheckedCohort as CheckedCohort
    from predictor.results.check import CheckedCovariate as CheckedCovariate
    from predictor.results.check import CheckResult as CheckResult
    from predictor.results.cohort import AlternativeCounts as AlternativeCounts
    from predictor.results.cohort import CohortCounts as CohortCounts
    from predictor.results.cohort import Covariate as Covariate
    from predictor.results.cohort import Exclusion as Exclusion
    from predictor.results.cohort import Flow as Flow
    from predictor.results.combined import CombinedValidations as CombinedValidations
    from predictor.results.comparable import ComparableTraining as ComparableTraining
    from predictor.results.comparable import ResampledMeasure as ResampledMeasure
    from predictor.results.compared import ChangedPart as ChangedPart
    from predictor.results.compared import ComparedTrainings as ComparedTrainings
    from predictor.results.compared import ListedTraining as ListedTraining
    from predictor.results.compared import MeasuredDifference as MeasuredDifference
    from predictor.results.compared import TrainingsOfStudy as TrainingsOfStudy
    from predictor.results.course import Change as Change
    from predictor.results.course import Point as Point
    from predictor.results.course import Shift as Shift
    from predictor.results.course import SignedRank as SignedRank
    from predictor.results.course import Trajectories as Trajectories
    from predictor.results.curves import Calibration as Calibration
    from predictor.results.curves import CalibrationGroup as CalibrationGroup
    from predictor.results.curves import CurveSpread as CurveSpread
    from predictor.results.curves import DecisionCurve as DecisionCurve
    from predictor.results.curves import Histogram as Histogram
    from predictor.results.curves import RocCurve as RocCurve
    from predictor.results.curves import SmoothCurve as SmoothCurve
    from predictor.results.curves import TreatAll as TreatAll
    from predictor.results.description import ByGroup as ByGroup
    from predictor.results.description import Characteristic as Characteristic
    from predictor.results.description import Characteristics as Characteristics
    from predictor.results.description import Conflict as Conflict
    from predictor.results.description import DefinitionByGroup as DefinitionByGroup
    from predictor.results.description import DefinitionShare as DefinitionShare
    from predictor.results.description import Described as Described
    from predictor.results.description import Description as Description
    from predictor.results.description import Duration as Duration
    from predictor.results.description import LabelPath as LabelPath
    from predictor.results.description import LabelPaths as LabelPaths
    from predictor.results.description import LevelsCharacteristic as LevelsCharacteristic
    from predictor.results.description import LevelsInGroup as LevelsInGroup
    from predictor.results.description import McNemar as McNemar
    from predictor.results.description import McNemarP as McNemarP
    from predictor.results.description import Missing as Missing
    from predictor.results.description import MissingColumn as MissingColumn
    from predictor.results.description import MissingPattern as MissingPattern
    from predictor.results.description import NumberCharacteristic as NumberCharacteristic
    from predictor.results.description import NumberInGroup as NumberInGroup
    from predictor.results.description import OutcomeDefinition as OutcomeDefinition
    from predictor.results.description import Published as Published
    from predictor.results.description import PublishedFigure as PublishedFigure
    from predictor.results.description import RarePatterns as RarePatterns
    from predictor.results.description import Responders as Responders
    from predictor.results.description import Share as Share
    from predictor.results.description import Transition as Transition
    from predictor.results.documents import EnteredModel as EnteredModel
    from predictor.results.documents import EnteredModels as EnteredModels
    from predictor.results.documents import ExportedModel as ExportedModel
    from predictor.results.documents import PromotedModel as PromotedModel
    from predictor.results.documents import ScoredFile as ScoredFile
    from predictor.results.documents import ScoredPart as ScoredPart
    from predictor.results.documents import ScoresManifest as ScoresManifest
    from predictor.results.documents import SentTraining as SentTraining
    from predictor.results.documents import StarterStudy as StarterStudy
    from predictor.results.documents import SyntheticCohort as SyntheticCohort
    from predictor.results.documents import WrittenPage as WrittenPage
    from predictor.results.findings import Comparison as Comparison
    from predictor.results.findings import Finding as Finding
    from predictor.results.findings import RepeatedChoice as RepeatedChoice
    from predictor.results.findings import RequiredPatients as RequiredPatients
    from predictor.results.findings import SampleSize as SampleSize
    from predictor.results.findings import Sensitivity as Sensitivity
    from predictor.results.findings import VerdictLevel as VerdictLevel
    from predictor.results.forward import Forward as Forward
    from predictor.results.global_test import ExpectedDirections as ExpectedDirections
    from predictor.results.global_test import GlobalTest as GlobalTest
    from predictor.results.global_test import GlobalTestMember as GlobalTestMember
    from predictor.results.global_test import Power as Power
    from predictor.results.groups import ByGroups as ByGroups
    from predictor.results.groups import GroupPerformance as GroupPerformance
    from predictor.results.intervals import NUMBERS as NUMBERS
    from predictor.results.intervals import Estimate as Estimate
    from predictor.results.intervals import Interval as Interval
    from predictor.results.intervals import IntervalEstimate as IntervalEstimate
    from predictor.results.intervals import NotedEstimate as NotedEstimate
    from predictor.results.label_limits import ArmSpread as ArmSpread
    from predictor.results.label_limits import LabelLimits as LabelLimits
    from predictor.results.label_limits import LabelNoise as LabelNoise
    from predictor.results.learner import Coefficient as Coefficient
    from predictor.results.learner import Contribution as Contribution
    from predictor.results.learner import DeliveredLearner as DeliveredLearner
    from predictor.results.learner import Failures as Failures
    from predictor.results.learner import LearnerResult as LearnerResult
    from predictor.results.learner import ModelInWords as ModelInWords
    from predictor.results.learner import Rank as Rank
    from predictor.results.learner import Shape as Shape
    from predictor.results.learner import ShapePoint as ShapePoint
    from predictor.results.learner import SidesChanged as SidesChanged
    from predictor.results.learner import Stability as Stability
    from predictor.results.learner import StabilityGroup as StabilityGroup
    from predictor.results.monitoring import ChangedColumn as ChangedColumn
    from predictor.results.monitoring import DeliveredMonitoring as DeliveredMonitoring
    from predictor.results.monitoring import DriftOfPatients as DriftOfPatients
    from predictor.results.monitoring import MonitoringLevel as MonitoringLevel
    from predictor.results.monitoring import MonitoringResult as MonitoringResult
    from predictor.results.monitoring import OutcomeChart as OutcomeChart
    from predictor.results.monitoring import ScoredPeriod as ScoredPeriod
    from predictor.results.monitoring import WatchedPatients as WatchedPatients
    from predictor.results.monitoring import WatchedPeriod as WatchedPeriod
    from predictor.results.planning import Advice as Advice
    from predictor.results.planning import ForecastCell as ForecastCell
    from predictor.results.planning import LearningPoint as LearningPoint
    from predictor.results.planning import PatientsForStrength as PatientsForStrength
    from predictor.results.planning import PatientsReached as PatientsReached
    from predictor.results.planning import StudyPlan as StudyPlan
    from predictor.results.reading import read_training as read_training
    from predictor.results.redundancy import Alike as Alike
    from predictor.results.redundancy import Explained as Explained
    from predictor.results.redundancy import Joined as Joined
    from predictor.results.redundancy import Redundancy as Redundancy
    from predictor.results.shared_validation import SharedValidation as SharedValidation
    from predictor.results.tidied import Leftover as Leftover
    from predictor.results.tidied import TidiedStudy as TidiedStudy
    from predictor.results.training import DeliveredTraining as DeliveredTraining
    from predictor.results.training import Plan as Plan
    from predictor.results.training import TrainingResult as TrainingResult
    from predictor.results.update import DeliveredUpdate as DeliveredUpdate
    from predictor.results.update import MovedTerm as MovedTerm
    from predictor.results.update import OldModel as OldModel
    from predictor.results.update import TestedStep as TestedStep
    from predictor.results.update import UpdateGain as UpdateGain
    from predictor.results.update import UpdateResult as UpdateResult
    from predictor.results.validation import CaseMix as CaseMix
    from predictor.results.validation import ComparedColumn as ComparedColumn
    from predictor.results.validation import ComparedCovariate as ComparedCovariate
    from predictor.results.validation import ComparedPredictor as ComparedPredictor
    from predictor.results.validation import DeliveredValidation as DeliveredValidation
    from predictor.results.validation import GainOverTreatAll as GainOverTreatAll
    from predictor.results.validation import MeasuredGap as MeasuredGap
    from predictor.results.validation import ModelInNewPatients as ModelInNewPatients
    from predictor.results.validation import NeededForValidation as NeededForValidation
    from predictor.results.validation import ValidatedMeasure as ValidatedMeasure
    from predictor.results.validation import ValidatedModel as ValidatedModel
    from predictor.results.validation import ValidationLevel as ValidationLevel
    from predictor.results.validation import ValidationResult as ValidationResult
    from predictor.results.verification import ChangedInput as ChangedInput
    from predictor.results.verification import ChangedNumber as ChangedNumber
    from predictor.results.verification import Verification as Verification

# listing trainings or scoring one patient would wait for the documents of all other commands
_NAMES = {
    "base": "FORMAT Columns Count Number Numbers Result",
    "by_part": "ByPart",
    "centres": "AcrossCentres CentreMeasure CentrePerformance CentresSummary",
    "check": "CheckResult CheckedCohort CheckedCovariate",
    "cohort": "AlternativeCounts CohortCounts Covariate Exclusion Flow",
    "combined": "CombinedValidations",
    "comparable": "ComparableTraining ResampledMeasure",
    "compared": "ChangedPart ComparedTrainings ListedTraining MeasuredDifference TrainingsOfStudy",
    "course": "Change Point Shift SignedRank Trajectories",
    "curves": (
        "Calibration CalibrationGroup CurveSpread DecisionCurve Histogram RocCurve "
        "SmoothCurve TreatAll"
    ),
    "description": (
        "ByGroup Characteristic Characteristics Conflict DefinitionByGroup DefinitionShare "
        "Described Description Duration LabelPath LabelPaths LevelsCharacteristic "
        "LevelsInGroup McNemar McNemarP Missing MissingColumn MissingPattern "
        "NumberCharacteristic NumberInGroup OutcomeDefinition Published PublishedFigure "
        "RarePatterns Responders Share Transition"
    ),
    "documents": (
        "EnteredModel EnteredModels ExportedModel PromotedModel ScoredFile ScoredPart "
        "ScoresManifest SentTraining StarterStudy SyntheticCohort WrittenPage"
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
__all__ = tuple(sorted(_WHERE))

__getattr__ = attributes(__name__, _WHERE)
