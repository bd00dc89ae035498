"""The items of TRIPOD+AI, in short words of our own.

References
----------
Collins et al. 2024, BMJ 385:e078378, doi 10.1136/bmj-2023-078378: 27 items, 52 with their parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["software", "draft", "author"]


@dataclass(frozen=True)
class Item:
    """One thing to report, and who can.

    Attributes
    ----------
    number
        As in the guideline: ``12a``.
    heading
        Part of the paper it belongs to.
    topic
        What to report; paraphrased.
    who
        ``software`` fills it from the run, ``draft``: software starts and the author completes,
        ``author``: only the author knows.
    """

    number: str
    heading: str
    topic: str
    who: Who


_LISTED: tuple[tuple[str, tuple[tuple[str, str, Who], ...]], ...] = (
    (
        "Title and abstract",
        (
            ("1", "Title", "author"),
            ("2", "Abstract, by TRIPOD+AI for abstracts", "draft"),
        ),
    ),
    (
        "Introduction",
        (
            ("3a", "Context, and models that exist", "author"),
            ("3b", "Target population, purpose, intended users", "author"),
            ("3c", "Known health inequalities", "author"),
            ("4", "Objectives", "author"),
        ),
    ),
    (
        "Methods",
        (
            ("5a", "Source of the data", "author"),
            ("5b", "Dates of the data", "draft"),
            ("6a", "Setting", "author"),
            ("6b", "Eligibility", "draft"),
            ("6c", "Treatments received", "author"),
            ("7", "Preparation of the data", "software"),
            ("8a", "Outcome, horizon and how it was assessed", "draft"),
            ("8b", "Who assessed the outcome", "author"),
            ("8c", "Blinding of the outcome assessment", "author"),
            ("9a", "Why these predictors were considered", "draft"),
            ("9b", "Definition and timing of the predictors", "software"),
            ("9c", "Who assessed the predictors", "author"),
            ("10", "Sample size", "software"),
            ("11", "Missing data", "software"),
            ("12a", "How the data were used and partitioned", "software"),
            ("12b", "How predictors were handled", "software"),
            ("12c", "Kind of model, tuning, internal validation", "software"),
            ("12d", "Clusters and heterogeneity between them", "draft"),
            ("12e", "Measures of performance", "software"),
            ("12f", "Updating of a model (evaluation)", "software"),
            ("12g", "How predictions were computed (evaluation)", "software"),
            ("13", "Class imbalance", "software"),
            ("14", "Approach to fairness", "draft"),
            ("15", "Output of the model", "software"),
            ("16", "Differences between development and evaluation", "draft"),
            ("17", "Ethical approval", "author"),
        ),
    ),
    (
        "Open science",
        (
            ("18a", "Funding", "author"),
            ("18b", "Conflicts of interest", "author"),
            ("18c", "Protocol", "author"),
            ("18d", "Registration", "author"),
            ("18e", "Availability of the data", "author"),
            ("18f", "Availability of the code", "software"),
        ),
    ),
    (
        "Patient and public involvement",
        (("19", "Involvement of patients and the public", "author"),),
    ),
    (
        "Results",
        (
            ("20a", "Flow of participants, events", "software"),
            ("20b", "Characteristics of participants", "software"),
            ("20c", "Comparison with the development data (evaluation)", "software"),
            ("21", "Participants and events in each analysis", "software"),
            ("22", "The full model", "software"),
            ("23a", "Performance with intervals, also in subgroups", "software"),
            ("23b", "Heterogeneity of performance between clusters", "draft"),
            ("24", "Results of updating", "software"),
        ),
    ),
    (
        "Discussion",
        (
            ("25", "Interpretation, fairness included", "author"),
            ("26", "Limitations", "draft"),
            ("27a", "Handling of poor or missing input", "software"),
            ("27b", "Interaction with users, and the expertise they need", "draft"),
            ("27c", "Next steps", "author"),
        ),
    ),
)

ITEMS: tuple[Item, ...] = tuple(
    Item(number, heading, topic, who) for heading, items in _LISTED for number, topic, who in items
)
