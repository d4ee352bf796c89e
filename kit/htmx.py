"""What htmx says of a request."""

from django.http import HttpRequest


def is_htmx(request: HttpRequest) -> bool:
    """Whether a page asks for a part of itself: the answer is that part alone, and varies by HX-Request."""
    return request.headers.get("HX-Request") == "true"
