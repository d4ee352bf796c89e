"""What we watch and what it said, by noun."""

from monitors.models.checks import CheckEvidence, CheckResult, Monitor, MonitorDay
from monitors.models.crowd import Report, ReportCount
from monitors.models.fields import StateField
from monitors.models.official import (
    Coverage,
    Feed,
    FeedDocument,
    OfficialPost,
    OfficialPostScope,
    OfficialRevision,
    OfficialUpdate,
)
from monitors.models.providers import Carrier, Component, Follow, Provider, Scope
from monitors.models.receipts import DeliveryCount, Message, Receipt, ReceiptSource
from monitors.models.states import PendingChange, SourceState, StateChange

__all__ = [
    "Carrier",
    "CheckEvidence",
    "CheckResult",
    "Component",
    "Coverage",
    "DeliveryCount",
    "Feed",
    "FeedDocument",
    "Follow",
    "Message",
    "Monitor",
    "MonitorDay",
    "OfficialPost",
    "OfficialPostScope",
    "OfficialRevision",
    "OfficialUpdate",
    "PendingChange",
    "Provider",
    "Receipt",
    "ReceiptSource",
    "Report",
    "ReportCount",
    "Scope",
    "SourceState",
    "StateChange",
    "StateField",
]
