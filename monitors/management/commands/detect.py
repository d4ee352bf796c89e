"""manage.py detect ADDRESS"""

import json
from argparse import ArgumentParser
from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from monitors.formats.base import PostKind
from monitors.services.detection import Detection, detect


class Command(BaseCommand):
    help = "Find out which format a status page has and where its feed is. Stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="of the page or of its feed, such as status.example.com")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, address: str, **options: object) -> None:
        found = detect(address, user_agent=settings.USER_AGENT, allowed=settings.ALLOWED_PRIVATE_HOSTS)
        document = _document(found)
        if options["json"]:
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            for attempt in found.attempts:
                self.stdout.write(f"  {attempt.url}: {attempt.reason or 'read'}")
            self.stdout.write(_line(found, document))
        if not found.is_found:
            raise CommandError(found.reason)


def _document(found: Detection) -> dict[str, object]:
    posts = Counter(post.kind for post in found.snapshot.posts)
    return {
        "asked": found.asked,
        "format": found.format or None,
        "feed": found.feed_url or None,
        "page": found.page_url or None,
        "page_name": found.snapshot.page_name,
        "components": sum(not component.is_group for component in found.snapshot.components or ()),
        "incidents": posts[PostKind.INCIDENT],
        "maintenances": posts[PostKind.MAINTENANCE],
        "reason": found.reason,
        "attempts": [{"url": attempt.url, "reason": attempt.reason} for attempt in found.attempts],
    }


def _line(found: Detection, document: dict[str, object]) -> str:
    if not found.is_found:
        return "Nothing that can be read."
    return (
        f"{document['page_name'] or found.page_url}: {found.label} ({found.format}), {found.feed_url}\n"
        f"components: {document['components']}, incidents: {document['incidents']}, "
        f"maintenances: {document['maintenances']}"
    )
