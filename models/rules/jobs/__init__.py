"""The brain of a job, in parts: graph, moves, state, memory, brain."""

from models.rules.jobs.brain import Job
from models.rules.jobs.graph import Edge, Graph
from models.rules.jobs.moves import Ask, Change, Decision, Opening, Pieces, SentBack
from models.rules.jobs.state import JobState, fresh_state

__all__ = [
    "Ask",
    "Change",
    "Decision",
    "Edge",
    "Graph",
    "Job",
    "JobState",
    "Opening",
    "Pieces",
    "SentBack",
    "fresh_state",
]
