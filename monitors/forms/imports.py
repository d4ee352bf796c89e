"""Where a file of monitors is pasted or chosen."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from monitors.imports.documents import MAX_BYTES, text_of


class ImportForm(forms.Form):
    """Gives `text`, of the file where one was chosen, after is_valid()."""

    file = forms.FileField(required=False, help_text="JSON or YAML, at most 800 kB.")
    pasted = forms.CharField(
        label="Or its text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        # Browsers send every line end as two characters.
        cleaned["text"] = self._text_of(file) if file else (cleaned.get("pasted") or "").replace("\r\n", "\n")
        return cleaned

    @property
    def text(self) -> str:
        return str(self.cleaned_data["text"])

    def _text_of(self, file: "UploadedFile[bytes]") -> str:
        """Return a file's text; of one that is too long only so much that the reader says it."""
        content = b"" if file.file is None else file.file.read(MAX_BYTES + 1)
        try:
            return text_of(content)
        except UnicodeDecodeError:
            self.add_error("file", f"{file.name} is no UTF-8 text. Save it as UTF-8, or paste its text below.")
            return ""
