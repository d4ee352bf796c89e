"""Texts that anybody may have written: read, or refused with the line and what to do, in little time and memory."""

import time

import pytest

from monitors.imports.documents import MAX_BYTES, read_document, text_of
from monitors.imports.parts import Part, Unreadable


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        ('\ufeff\n {"a": 1}', {"a": 1}),
        ("a: 1\nb: [x, 'y']\n", {"a": 1, "b": ["x", "y"]}),
        ("{a: 1}", {"a": 1}),
        ("base: &b {x: 1}\nuse: {<<: *b, y: 2}", {"base": {"x": 1}, "use": {"x": 1, "y": 2}}),
        ("a: 1\n---\nb: 2\n---\n", {"a": 1, "b": 2}),
        ("a: 1\n---\nb: [1]\n---\nb: [2]\n", {"a": 1, "b": [1, 2]}),
        ("m: {a: 1}\n---\nm: {b: 2}\n", {"m": {"a": 1, "b": 2}}),
        (
            "[1, 2.5, 1.10, 0123, 0x1F, 1_000, 1e3, 2026-11-21, true, False, no, On]",
            [1, 2.5, "1.10", "0123", "0x1F", "1_000", "1e3", "2026-11-21", True, False, "no", "On"],
        ),
        ("a: 1\r\nb: |\r\n  two\r\n  lines\r\n", {"a": 1, "b": "two\nlines\n"}),
    ],
)
def test_json_and_yaml_are_read(text, document):
    assert read_document(text) == document


CONFIG = """
apiVersion: v1
kind: ConfigMap
data:
  config.yaml: |
    endpoints: [{name: a}]
  other.ini: "[x"
---
apiVersion: apps/v1
kind: Deployment
"""
PROBE = """
apiVersion: v1
kind: List
items:
  - apiVersion: monitoring.coreos.com/v1
    kind: Probe
    metadata: {name: web}
    spec:
      interval: 30s
      module: http_2xx
      targets:
        staticConfig:
          static: [https://a.example.com]
          relabelingConfigs: [{sourceLabels: [__address__], targetLabel: __param_target}]
"""
JOB = {
    "job_name": "web", "metrics_path": "/probe", "params": {"module": ["http_2xx"]}, "scrape_interval": "30s",
    "static_configs": [{"targets": ["https://a.example.com"]}],
    "relabel_configs": [{"source_labels": ["__address__"], "target_label": "__param_target"}],
}  # fmt: skip
CHART = """
config: {modules: {m: {prober: http}}}
serviceMonitor:
  enabled: true
  defaults: {interval: 30s, module: m}
  targets: [{name: a, url: https://a.example.com}]
"""
CHART_JOB = {
    "job_name": "a", "metrics_path": "/probe", "params": {"module": ["m"]}, "scrape_interval": "30s",
    "static_configs": [{"targets": ["https://a.example.com"]}],
}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}',
        b'\xef\xbb\xbf{"a": 1}',
        '\ufeff{"a": 1}'.encode("utf-16-le"),
        '\ufeff{"a": 1}\r\n'.encode("utf-16-be"),
    ],
)
def test_files_are_read_as_windows_saves_them(content):
    assert read_document(text_of(content)) == {"a": 1}


@pytest.mark.parametrize("content", [b"\xff", b"\xff\xfe", b"\xff\xfea", "ä".encode("latin-1")])
def test_a_file_that_is_no_text_is_no_text(content):
    with pytest.raises(UnicodeDecodeError):
        text_of(content)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"apiVersion": "v1", "kind": "ConfigMap", "data": {"x": "endpoints: []"}}', {"endpoints": []}),
        (CONFIG, {"endpoints": [{"name": "a"}]}),
        (PROBE, {"scrape_configs": [JOB]}),
        (CHART, {"modules": {"m": {"prober": "http"}}, "scrape_configs": [CHART_JOB]}),
        ("config: {endpoints: [{name: a}]}\nimage: {}", {"endpoints": [{"name": "a"}]}),
        ("apiVersion: x\nkind: HelmRelease\nspec: {values: {config: 'endpoints: []'}}", {"endpoints": []}),
        ("endpoints: []\nconfig: {a: 1}", {"endpoints": [], "config": {"a": 1}}),
        ("apiVersion: v1\nkind: Pod", {"apiVersion": "v1", "kind": "Pod"}),
    ],
)
def test_what_lies_in_manifests_and_values_is_taken_out(text, document):
    assert read_document(text) == document


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is nothing in it."),
        ("a: b\0c", "null bytes"),
        ("x" * 10_000_000, f"10,000,000 bytes; {MAX_BYTES:,} can be read"),
        ("é" * (MAX_BYTES // 2 + 1), "bytes"),
        ('{"a": 1,\n "b": [', "Line 2, character 8: this is no JSON"),
        ('{"a": ' + "9" * 5000 + "}", "too long"),
        ('{"a": [{"b": 1, "b": 2}]}', "The JSON has the key 'b' twice in one object. Keep one."),
        ("a: 0x" + "f" * 5000, "a value in it that is none"),
        ("a: {{ HOOK }}", "if it is a template, import what is made of it."),
        ("a: " + "9" * 5000, "a value in it that is none"),
        ("a: 2026-99-99", "a value in it that is none"),
        ("[" * 100_000, "nested too deeply"),
        ("{a: " * 100_000, "this is no JSON"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("- " * 100_000, "Line 1"),
        ("a: 1\nb: [1, 2\nc: 3", "Line 3"),
        ("a: 1\na: 2", "Line 2: the key 'a' is there twice"),
        ("a: &x [*x]", "contains itself"),
        ("a:\n" + "".join(f"{' ' * n}k:\n" for n in range(1, 80)), "more than 50 deep"),
        (BOMB, "more than 200,000 values"),
        (MERGES, "more than 200,000 values"),
        ("a: !!python/object/apply:os.system ['true']", "Line 1"),
        ("a: !secret x", "Line 1"),
        ("a: \x07", "characters in it that YAML does not allow"),
        ("? {a: 1}\n: b", "Line 1"),
        ("a: *nothing", "Line 1"),
        ("a: 1\n---\n- b", "Document 2 of the YAML must be an object, and is a list."),
        ("a: 1\n---\na: 2", "Document 2 of the YAML has 'a' again"),
    ],
    ids=range(28),
)
def test_hostile_texts_are_refused_at_once_with_the_reason(text, words):
    began = time.process_time()
    with pytest.raises(Unreadable) as error:
        read_document(text)
    assert words in str(error.value)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda part: part.text("list"), "here.list must be a text, and is a list."),
        (lambda part: part.needed("nothing"), "here.nothing is missing."),
        (lambda part: part.number("text", 0), "here.text must be a whole number, and is a text."),
        (lambda part: part.flag("text"), "here.text must be true or false, and is a text."),
        (lambda part: part.part("text"), "here.text must be an object, and is a text."),
        (lambda part: list(part.parts("list")), "here.list[0] must be an object of keys and values, and is a text."),
        (lambda part: part.texts("deep"), "here.deep[0] must be a text, and is a list."),
        (lambda part: part.texts("text"), "here.text must be a list, and is a text."),
    ],
)
def test_a_value_of_another_kind_is_named_by_its_key(read, words):
    part = Part({"text": "x", "list": ["y"], "deep": [[]], "nothing": None}, "here")
    with pytest.raises(Unreadable) as error:
        read(part)
    assert str(error.value) == words
