"""What people write from habit is met with what to write instead, below the character that is wrong."""

import pytest

from monitors.core.conditions import ConditionError, parse
from monitors.probes.judging import HTTP_NAMES

EQUAL = "Write == to compare, or != for unequal."
AGAIN = "Say again what is compared, as in status >= 200 and status < 300."
OR_LIST = f"{AGAIN} Or write a list: status in [200, 204]."
LENGTH = "Write length(…), as in length(body.items)."
BETWEEN = 'Write it between the two, as in body contains "ok".'
STRAIGHT = 'Write texts in straight double quotes, as in "ok".'
ARITHMETIC = "There is no arithmetic here. Name one value, and compare it."
VERSIONS = 'http_version is one of "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3".'


@pytest.mark.parametrize(
    ("text", "below", "message"),
    [
        ("status === 200", "= 200", "Two of them are enough: write ==."),
        ("status is 200", "is", EQUAL),
        ("status equals 200", "equals", EQUAL),
        ("status <> 500", "> 500", "Write != for unequal."),
        ("status == 200 or 204", "204", OR_LIST),
        ("status in (200, 204)", "(", "Write a list in square brackets, as in [200, 204]."),
        ("status >= 200 and < 300", "< 300", AGAIN),
        ("status == 2xx", "xx", AGAIN),
        ('status == "200"', '"200"', "status is a number, and this is a text. Leave out the quotes."),
        ("STATUS == 200", "STATUS", "STATUS is not known here. Did you mean status?"),
        ("status_code == 200", "status_code", "status_code is not known here. Did you mean status?"),
        ("response_time < 500ms", "response_time", "response_time is not known here. Did you mean total?"),
        ("json.user == 1", "json", "json is not known here. Did you mean body?"),
        ("body.status == ok", "ok", 'ok is not known here. Write texts in double quotes, as in "ok".'),
        ("body contains “ok”", "“", STRAIGHT),
        ('body.contains("ok")', '("ok")', 'Write contains between the two, as in body contains "ok".'),
        ('contains(body, "ok")', "contains", BETWEEN),
        ('"ok" in body', "body", 'Write it the other way round, as in body contains "ok".'),
        ("$.user.name == 1", "$", "Write body where others have $, as in body.user.name."),
        ("body.items.0.id == 1", "0", "Write the number in square brackets, as in body.items[0]."),
        ("body.items[*].id == 1", "*", "Name one of the list by its number, as in [0]; contains looks through all of it."),
        ("len(body.items) > 0", "len", LENGTH),
        ("body.items.length() > 0", "() > 0", LENGTH),
        ("body.data is empty", "is empty", "Write length(…) == 0, or > 0."),
        ("body.data == []", "[]", "Write length(…) == 0 for an empty list."),
        ("body.n != None", "None", "Write null."),
        ("body.ready == True", "True", "Write true, in small letters."),
        ("status < 400 AND body.ready", "AND", "Write and, in small letters."),
        ('body does not contain "x"', "does", 'Write not contains, or not exists, as in body not contains "error".'),
        ('header("x-y") == "1"', "header", 'Write the name in square brackets, as in header["content-type"].'),
        ('header[x-y] == "1"', "x-y", 'Write the name in quotes, as in header["content-type"].'),
        ('header["x-y"] > 1', "1", 'header["x-y"] is a text, which is neither more nor less than another. Use == or !=. Or write number(header["x-y"]).'),
        ("certificate_days > 14 days", "days", "Write a time as 800ms, 2s, 5m or 24h; days of a certificate are a plain number."),
        ("certificate_days > 14d", "14d", "certificate_days is a number, and this is a time. Leave out the unit."),
        ("p95 < 800ms", "p95", "Say how far to look back, as in p95(5m)."),
        ("p99.9(5m) < 1s", "p99.9", "Write a whole percentile, as in p99(5m)."),
        ("body =~ /ok/", "=~", "Write matches, as in body matches /ok|ready/."),
        ("bytes > 1kb", "kb", "Write bytes as a plain number, as in 10000."),
        ("http_version == 2", "2", VERSIONS),
        ('http_version == "2"', '"2"', VERSIONS),
        ("total - dns < 100ms", "-", ARITHMETIC),
        ("status: 200", ":", "Write == to compare."),
        ("status == 200; total < 1s", ";", "Write and between two conditions, or each on a line of its own."),
        ("status == 200 # fine", "#", "There are no comments here. Leave this out."),
        ("== 200", "==", "Begin with what is compared, as in status == 200."),
        ("if status == 200", "if", "Leave this word out: a condition is what must hold."),
    ],
)  # fmt: skip
def test_a_habit_is_met_with_what_to_write(text, below, message):
    with pytest.raises(ConditionError) as refused:
        parse(text, HTTP_NAMES)
    assert (text[refused.value.at :].startswith(below), refused.value.message) == (True, message)
