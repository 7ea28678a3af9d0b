"""What people send, turned into values. Whether bytes are a photograph is judged by intake, per file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ml.contract import STROKE_TOOLS, Options
from webapp import shares, steps
from webapp.views.words import FINDINGS, STATES, STEPS

ACCEPT = "image/jpeg,image/png,image/tiff,image/webp,image/heic,image/heif,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.heif"
"""What the file dialogue offers; the content decides, not the name."""


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.Field):
    """One or more files of a multipart field, as they came: empty ones too, for intake says what is wrong with each."""

    widget = SeveralFilesInput
    default_error_messages = {"required": _("Choose at least one photograph first.")}

    def clean(self, value: Any) -> list[UploadedFile]:
        files = [file for file in value or [] if isinstance(file, UploadedFile)]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class UploadForm(forms.Form):
    photos = PhotosField()
    steps = forms.ChoiceField(
        required=False, choices=STEPS.items(), initial=steps.ALL, widget=forms.RadioSelect
    )
    finding = forms.ChoiceField(
        required=False, choices=FINDINGS.items(), initial=Options.finding, widget=forms.RadioSelect
    )

    def options(self) -> dict[str, Any]:
        """What was chosen, as fields of ml.contract.Options; what is as usual is left out."""
        finding = self.cleaned_data["finding"] or Options.finding
        chosen = {} if finding == Options.finding else {"finding": finding}
        return chosen | steps.options_of(self.cleaned_data["steps"] or steps.ALL)


class AgainForm(forms.Form):
    """What shall be otherwise the next time."""

    finding = forms.ChoiceField(choices=FINDINGS.items(), widget=forms.RadioSelect)
    steps = forms.TypedChoiceField(
        required=False,
        coerce=steps.STEPS.get,
        empty_value=None,
        choices=STEPS.items(),
        widget=forms.RadioSelect,
    )
    other_repair = forms.BooleanField(required=False)
    mask = forms.FileField(required=False, allow_empty_file=True)


class StrokesField(forms.JSONField):
    """A list of strokes as ml.strokes reads them, each within reason."""

    widget = forms.HiddenInput
    MOST_STROKES, MOST_POINTS, LARGEST_PX = 2_000, 60_000, 100_000

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not (
            isinstance(value, list) and 0 < len(value) <= self.MOST_STROKES and all(map(self._fits, value))
        ):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if sum(len(stroke["points"]) for stroke in value) > self.MOST_POINTS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def _fits(self, stroke: Any) -> bool:
        if not isinstance(stroke, dict) or set(stroke) != {"tool", "width", "points"}:
            return False
        points = stroke["points"]
        return (
            stroke["tool"] in STROKE_TOOLS
            and self._is_length(stroke["width"])
            and 0 < stroke["width"] <= self.LARGEST_PX / 10
            and isinstance(points, list)
            and len(points) > 0
            and all(isinstance(point, list) and len(point) == 2 for point in points)
            and all(self._is_length(number) for point in points for number in point)
        )

    def _is_length(self, number: Any) -> bool:
        return type(number) in (int, float) and abs(number) <= self.LARGEST_PX


class CorrectForm(forms.Form):
    """A mask corrected by hand: the version whose mask it was, and what was drawn over it."""

    version = forms.CharField(widget=forms.HiddenInput)
    strokes = StrokesField()


def _days() -> list[tuple[int, str]]:
    """In the language of the moment: a lazy plural would be settled when this module is read."""
    return [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in shares.DAYS]


class ShareForm(forms.Form):
    """For how long an upload is shown to others, and with which password."""

    days = forms.ChoiceField(choices=_days, initial=shares.DAYS[1], widget=forms.RadioSelect)
    password = forms.CharField(required=False, max_length=128, strip=True)


class SiftForm(forms.Form):
    """Which photographs staff want to see."""

    q = forms.CharField(
        label=_("Name or address"),
        required=False,
        strip=True,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(required=False, choices=[("", _("All")), *STATES.items()])
