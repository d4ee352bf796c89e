"""The parser under everything that reads vendors' HTML: it withstands what the library's own gives up on."""

from html.parser import HTMLParser


class Markup(HTMLParser):
    """Reads any text. Of "<![...", the library fails an assertion; HTML takes it as a comment, and so do we."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def parse_html_declaration(self, i: int) -> int:
        """Return where the declaration at `i` ends, or -1 if it does not."""
        if self.rawdata.startswith("<![", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)
