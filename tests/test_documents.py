"""What README, CHANGELOG and docs/ name is there: files, modules, make targets, commands and addresses."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = {str(path.relative_to(ROOT)): path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))}
OURS = ("accounts", "alerts", "bench", "config", "demo", "incidents", "kit", "monitors", "pages", "tests")
MAKEFILE = (ROOT / "Makefile").read_text()
ELSEWHERE = ("/opt/", "/etc/", "/var/", "/ws/")  # folders of a machine, and what is no page
FOLDERS = (*OURS, "bin", "deploy", "docs", "static", "templates")


def said(path):
    """Return a document's text, and what stands in it as code: between backticks, in fences, or indented by four."""
    text = path.read_text()
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return text, [*fenced, *re.findall(r"`([^`\n]+)`", rest), *re.findall(r"^    (.+)$", rest, re.M)]


def is_there(name):
    """Whether a file or a folder has this name; NAME and * stand for any."""
    pattern = re.sub(r"\b[A-Z]+\b(?!\.md)", "*", name).rstrip("/")
    return any(ROOT.glob(pattern))


def is_module(name):
    """Whether a dotted name is a module of ours, or something in one."""
    try:
        resolve_name(name)
    except (AttributeError, ImportError):
        return False
    return True


def is_address(path):
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_only_what_there_is(name):
    path = DOCUMENTS[name]
    text, code = said(path)
    lines = "\n".join(code)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]
    files = re.findall(rf"(?<![\w./-])((?:{'|'.join(FOLDERS)})/[\w./*-]*)", lines)
    modules = re.findall(rf"(?<![\w./-])((?:{'|'.join(OURS)})(?:\.(?!yaml)\w+)+)(?![\w/])", lines)
    commands = re.findall(r"manage\.py ([a-z_]+)", lines)
    targets = re.findall(r"(?<![\w-])make ([a-z]+)", lines)
    assert {
        "links": [link for link in links if not (path.parent / link).exists()],
        "files": [file for file in files if not is_there(file)],
        "modules": [module for module in modules if not is_module(module)],
        "commands": [command for command in commands if command not in get_commands()],
        "targets": [target for target in targets if not re.search(rf"^[a-z ]*\b{target}\b[a-z ]*:", MAKEFILE, re.M)],
    } == {"links": [], "files": [], "modules": [], "commands": [], "targets": []}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_address_that_a_document_names_leads_somewhere(name):
    _, code = said(DOCUMENTS[name])
    addresses = [part for part in code if re.fullmatch(r"/[a-z_]+(/[a-z_]+)*/?", part)]
    addresses = [address for address in addresses if not address.startswith(ELSEWHERE)]
    assert [address for address in addresses if not is_address(address)] == []
