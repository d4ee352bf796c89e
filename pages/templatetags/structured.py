"""The tag that tells programs what a page says."""

import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pages.core.structured import Told

register = template.Library()

# As django.utils.html.json_script does it: no name of a vendor can end the element.
_ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def structured_data(told: Told) -> SafeString:
    """Write the page's answer by schema.org. It is data, which no browser runs: the site's policy has no say in it."""
    text = json.dumps(told.graph(), ensure_ascii=False).translate(_ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))
