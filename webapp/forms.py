"""What people send, turned into values. Whether bytes are a photograph is judged by intake, per file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ml.contract import RESULTS, STROKE_TOOLS, Options
from webapp import parcels, shares, steps, versions
from webapp.arrivals import Arrived, Copied
from webapp.models import Trace, Upload
from webapp.tries import RETRY
from webapp.views.words import FINDINGS, LAYERS, PICTURES, SATURATIONS, STEPS

ACCEPT = "image/jpeg,image/png,image/tiff,image/webp,image/heic,image/heif,.jpg,.jpeg,.png,.tif,.tiff,.webp,.heic,.heif"
"""What the file dialogue offers; the content decides, not the name."""


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.Field):
    """The files of a multipart field, as they came: empty ones too, for intake says what is wrong with each."""

    widget = SeveralFilesInput

    def clean(self, value: Any) -> list[UploadedFile]:
        return [file for file in value or [] if isinstance(file, UploadedFile)]


class SentField(forms.Field):
    """Ids of files that came piece by piece before (webapp/parcels.py); None for what is no id."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[UUID | None]:
        return [uuid_of(id) for id in value or []]


class UploadForm(forms.Form):
    """Photographs that come with the form, or came before it; `photos` holds both, as intake takes them."""

    photos = PhotosField(required=False)
    sent = SentField(required=False)
    steps = forms.ChoiceField(
        required=False, choices=STEPS.items(), initial=steps.ALL, widget=forms.RadioSelect
    )
    finding = forms.ChoiceField(
        required=False, choices=FINDINGS.items(), initial=Options.finding, widget=forms.RadioSelect
    )
    layers = forms.ChoiceField(required=False, choices=LAYERS.items(), initial="", widget=forms.RadioSelect)
    album = forms.UUIDField(required=False)

    def __init__(
        self,
        *args: Any,
        family: UUID | None = None,
        before: Mapping[UUID, Upload] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        """before: see webapp.handover; what was handed in already is none of `photos`."""
        super().__init__(*args, **options)
        self.family, self.before = family, before

    def clean(self) -> dict[str, Any]:
        sent = [id for id in self.cleaned_data["sent"] if id not in self.before]
        arrived = [id and parcels.find(self.family, id) for id in sent]
        if any(parcel is None or parcel.offset < parcel.length for parcel in arrived):
            self.add_error("photos", _("Not every photograph has arrived whole. Please send them once more."))
        elif not (files := [*map(Copied, self.cleaned_data["photos"]), *map(Arrived, arrived)]):
            self.add_error("photos", _("Choose at least one photograph first."))
        else:
            self.cleaned_data["photos"] = files
        return self.cleaned_data

    def options(self) -> dict[str, Any]:
        """What was chosen, as fields of ml.contract.Options; what is as usual is left out."""
        finding = self.cleaned_data["finding"] or Options.finding
        chosen = {} if finding == Options.finding else {"finding": finding}
        chosen |= steps.options_of(self.cleaned_data["steps"] or steps.ALL)
        return versions.with_layers(chosen, self.cleaned_data["layers"])


class SettingsForm(forms.Form):
    """What holds for all photographs of an album."""

    finding = forms.ChoiceField(choices=FINDINGS.items(), widget=forms.RadioSelect)
    only = forms.MultipleChoiceField(
        choices=[(kind, PICTURES[kind]) for kind in RESULTS], widget=forms.CheckboxSelectMultiple
    )
    saturation = forms.TypedChoiceField(coerce=float, choices=SATURATIONS.items(), widget=forms.RadioSelect)

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Shown with these fields of ml.contract.Options chosen."""
        usual = Options(**options)
        return cls(
            initial={
                "finding": usual.finding,
                "only": list(usual.only),
                "saturation": str(usual.saturation),
            }
        )

    def options(self) -> dict[str, Any]:
        """As fields of ml.contract.Options; what is as usual is left out."""
        chosen = {
            **self.cleaned_data,
            "only": [kind for kind in RESULTS if kind in self.cleaned_data["only"]],
        }
        usual = {"finding": Options.finding, "only": list(RESULTS), "saturation": Options.saturation}
        return {name: value for name, value in chosen.items() if value != usual[name]}


class NameForm(forms.Form):
    name = forms.CharField(required=False, max_length=100, strip=True)


class LetterForm(forms.Form):
    """Whom to write to; nobody where it is empty."""

    address = forms.EmailField(required=False)


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
    layers = forms.ChoiceField(required=False, choices=LAYERS.items(), widget=forms.RadioSelect)
    other_repair = forms.BooleanField(required=False)
    mask = forms.FileField(required=False, allow_empty_file=True)

    def clean_layers(self) -> str | None:
        """None where nothing was said of them."""
        return self.cleaned_data["layers"] if "layers" in self.data else None


class StrokesField(forms.JSONField):
    """A list of strokes as ml.strokes reads them, or of RETRY, each within reason."""

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
            stroke["tool"] in (*STROKE_TOOLS, RETRY)
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


def _periods() -> list[tuple[str, str]]:
    days = [
        (str(days), ngettext("the last day", "the last %(n)s days", days) % {"n": days})
        for days in (1, 7, 30)
    ]
    return [("", gettext("as long as it is kept")), *days]


class AuditForm(forms.Form):
    """Which entries of the audit log an admin wants to see."""

    q = forms.CharField(
        label=_("Who, photograph or address"),
        required=False,
        strip=True,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    act = forms.ChoiceField(label=_("Did what"), required=False, choices=[("", _("All")), *Trace.Act.choices])
    role = forms.ChoiceField(
        label=_("In which role"), required=False, choices=[("", _("All")), *Trace.Role.choices]
    )
    days = forms.ChoiceField(label=_("When"), required=False, choices=_periods)
