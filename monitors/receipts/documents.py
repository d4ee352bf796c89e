"""Read the JSON that providers send, field by field, without trusting a type."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from monitors.receipts.base import HookRequest, UnreadableReceipt

JSON = "application/json"
Document = Mapping[str, Any]
_NETWORK = re.compile(r"\d{5,6}")


def json_of(request: HookRequest) -> Any:
    """Return the body's document. Raises UnreadableReceipt for what is not JSON in UTF-8."""
    kind = request.content_type.partition(";")[0].strip().lower()
    if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnreadableReceipt(f"Send {JSON}, not {request.content_type[:60]!r}.")
    try:
        return json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError too
        raise UnreadableReceipt(f"The JSON cannot be read: {error!s:.80}.") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def objects_of(request: HookRequest) -> list[Any]:
    """Return the items of a batch: the body's list, or its one object."""
    document = json_of(request)
    if isinstance(document, dict):
        return [document]
    if isinstance(document, list):
        return document
    raise UnreadableReceipt("The JSON must be an object, or a list of them.")


def as_object(item: Any) -> Document:
    """Return an item that is an object; raises UnreadableReceipt."""
    if not isinstance(item, dict):
        raise UnreadableReceipt("An item of the batch is not an object.")
    return item


def text(document: Document, *names: str) -> str:
    """Return the first of the fields that is there and not null, as text: "" if none is. Raises UnreadableReceipt."""
    for name in names:
        value = document.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise UnreadableReceipt(f"{name} must be a text.")
        return str(value)
    return ""


def required(document: Document, *names: str) -> str:
    """Return text(document, *names); raises UnreadableReceipt where there is none."""
    found = text(document, *names)
    if not found:
        raise UnreadableReceipt(f"{names[0]} is missing.")
    return found


def network(mcc: str, mnc: str) -> str:
    """Return the digits of a network's MCC and MNC, or "" for what is none.

    An MCC has always three digits. Twilio's own example of a Verify event has the two the wrong way round.
    """
    if len(mcc) < 3 <= len(mnc):
        mcc, mnc = mnc, mcc
    return network_digits(mcc + mnc if mcc and mnc else "")


def network_digits(given: str) -> str:
    """Return an MCC-MNC as digits ("310-260" and "310260" are the same), or "" for what is none."""
    digits = given.replace("-", "").replace(" ", "")
    return digits if _NETWORK.fullmatch(digits) else ""
