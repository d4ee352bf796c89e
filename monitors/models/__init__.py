"""What we watch and what it said, by noun."""

from monitors.models.changes import ChangeKind, MonitorChange
from monitors.models.checks import HOME, CheckEvidence, CheckResult, Monitor
from monitors.models.crowd import CommentState, ImportedCount, PartnerKey, PartnerRequest, Report, ReportCount, Via
from monitors.models.delivery import DeliveryFailure, DeliveryHour, DeliveryRule, FilteringChange
from monitors.models.fields import StateField
from monitors.models.heartbeats import Heartbeat, Ping, PingKey, PingKind
from monitors.models.history import CheckBlock, MonitorDay, MonitorHour, PackedHour
from monitors.models.lookups import KnownNumber, NumberLookup
from monitors.models.notices import OperatorNotice
from monitors.models.official import (
    Coverage,
    Feed,
    FeedDocument,
    FeedMove,
    OfficialPost,
    OfficialPostScope,
    OfficialRevision,
    OfficialUpdate,
)
from monitors.models.providers import Carrier, Component, Follow, Provider, Scope
from monitors.models.receipts import DeliveryCount, Message, Receipt, ReceiptSource
from monitors.models.receiving import Problem, PushedMinute, ReceiptProblem
from monitors.models.regions import RegionWatch, RegionWord
from monitors.models.states import PendingChange, SourceState, StateChange
from monitors.models.synthetic import OPEN_FATES, Fate, SyntheticPlan, SyntheticSend
from monitors.models.windows import MaintenanceWindow, TagMove

__all__ = [
    "HOME",
    "OPEN_FATES",
    "Carrier",
    "ChangeKind",
    "CheckBlock",
    "CheckEvidence",
    "CheckResult",
    "CommentState",
    "Component",
    "Coverage",
    "DeliveryCount",
    "DeliveryFailure",
    "DeliveryHour",
    "DeliveryRule",
    "Fate",
    "Feed",
    "FeedDocument",
    "FeedMove",
    "FilteringChange",
    "Follow",
    "Heartbeat",
    "ImportedCount",
    "KnownNumber",
    "MaintenanceWindow",
    "Message",
    "Monitor",
    "MonitorChange",
    "MonitorDay",
    "MonitorHour",
    "NumberLookup",
    "OfficialPost",
    "OfficialPostScope",
    "OfficialRevision",
    "OfficialUpdate",
    "OperatorNotice",
    "PackedHour",
    "PartnerKey",
    "PartnerRequest",
    "PendingChange",
    "Ping",
    "PingKey",
    "PingKind",
    "Problem",
    "Provider",
    "PushedMinute",
    "Receipt",
    "ReceiptProblem",
    "ReceiptSource",
    "RegionWatch",
    "RegionWord",
    "Report",
    "ReportCount",
    "Scope",
    "SourceState",
    "StateChange",
    "StateField",
    "SyntheticPlan",
    "SyntheticSend",
    "TagMove",
    "Via",
]
