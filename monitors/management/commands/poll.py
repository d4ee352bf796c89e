"""manage.py poll SOURCE"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.models import Feed
from monitors.queries.official import OpenPost, components_by_state, open_posts
from monitors.services.polling import claim_one
from monitors.services.recording import PollReport
from monitors.tasks.official import poll


class Command(BaseCommand):
    help = "Poll an official source once, now, store what it says and print what was seen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a provider's slug (twilio) or a feed's id (7)")

    def handle(self, *, source: str, **options: object) -> None:
        feeds = Feed.objects.select_related("provider").order_by("id")
        found = feeds.filter(id=int(source)) if source.isdecimal() else feeds.filter(provider__slug=source)
        if not found:
            raise CommandError(
                f"There is no provider and no feed {source!r} with a feed. Try: manage.py load_catalogue"
            )
        failed = [feed for feed in found if not self._poll(feed)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(found)} feeds could not be read; the last good data is kept.")

    def _poll(self, feed: Feed) -> bool:
        self.stdout.write(f"{feed.provider.name}: feed {feed.id}, {feed.format}, {feed.url}")
        reports = poll([claim_one(feed, now=clock())])
        if not reports:
            self.stderr.write("  Another poll of it began meanwhile, or storing broke: see the log.")
            return False
        for line in _lines(feed, reports[0]):
            self.stdout.write(f"  {line}")
        return not reports[0].error


def _lines(feed: Feed, report: PollReport) -> Iterator[str]:
    for document in report.documents:
        how = document.error or ("unchanged" if document.is_unchanged else "read")
        yield f"document {document.name}: {document.status or 'no answer'}, {how}"
    if report.error:
        yield f"not readable: {report.error}"
        return
    states = Counter({state.word: number for state, number in components_by_state(feed.id).items()})
    yield "components: " + (", ".join(f"{number} {word}" for word, number in states.most_common()) or "none listed")
    posts = open_posts(feed.id)
    yield f"open posts: {len(posts)}"
    for post in posts:
        yield from _post_lines(post)
    if report.ingested:
        posts_report, changes = report.ingested.posts, report.ingested.state_changes
        yield (
            f"new posts: {posts_report.new}, changed: {posts_report.changed}, gone: {posts_report.gone}, "
            f"updates: {posts_report.updates}, revisions: {posts_report.revisions}, state changes: {changes}"
        )
    if report.ingested and report.ingested.unknown_words:
        yield f"words that no table has: {', '.join(sorted(set(report.ingested.unknown_words)))}"


def _post_lines(post: OpenPost) -> Iterator[str]:
    yield f"- {post.kind}, {post.phase}, since {post.began_at:%Y-%m-%d %H:%M} UTC: {post.title}"
    for scope in post.scopes:
        yield f"    {scope}"
    if not post.scopes:
        yield "    names no scope that we know"
