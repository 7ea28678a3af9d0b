"""What a person wishes of colours: at which places which, whose opinion else, how strong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ml.contract import MOST_HINTS, VARIANTS, Options, PhotoRejected, check_hints, check_places
from webapp import versions
from webapp.models import Job, Photo
from webapp.views.palette import OWN, PALETTE

STRENGTH = _("The strength of the colours is a number from 0 to 150.")
PLACE = _("A place needs two numbers from 0 to 100: per cent from the left and from the top.")
COLOUR = _("Please choose one of the colours, or another one of your own.")
UNREADABLE = _("These colours could not be read, so nothing was changed.")
RGB = r"^#[0-9a-fA-F]{6}$"


def _told(sentence: Any) -> dict[str, Any]:
    """One sentence, whatever is wrong with a field."""
    return dict.fromkeys(("invalid", "min_value", "max_value", "invalid_choice", "invalid_list"), sentence)


class PlacesField(forms.JSONField):
    """As the page's script sends them: fields of ml.contract.Hints; None where there is no script."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class ColourForm(forms.Form):
    """Either `hints` has all places; or those of the base are kept by their numbers, and x, y is a new one."""

    saturation = forms.IntegerField(
        required=False, min_value=0, max_value=150, error_messages=_told(STRENGTH)
    )
    variant = forms.IntegerField(
        required=False, min_value=0, max_value=VARIANTS - 1, error_messages=_told(UNREADABLE)
    )
    undamped = forms.BooleanField(required=False)
    hints = PlacesField(required=False, error_messages=_told(UNREADABLE))
    keep = forms.TypedMultipleChoiceField(required=False, coerce=int, error_messages=_told(UNREADABLE))
    x = forms.FloatField(required=False, min_value=0, max_value=100, error_messages=_told(PLACE))
    y = forms.FloatField(required=False, min_value=0, max_value=100, error_messages=_told(PLACE))
    colour = forms.ChoiceField(
        required=False, choices=[*PALETTE.items(), (OWN, OWN)], error_messages=_told(COLOUR)
    )
    own = forms.RegexField(RGB, required=False, error_messages=_told(COLOUR))

    def __init__(self, data: Any, *, photo: Photo, base: Job) -> None:
        super().__init__(data)
        self._photo, self._base = photo, base
        self._before = base.options.get("hints", [])
        self.fields["keep"].choices = [(number, number) for number in range(len(self._before))]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            data["places"] = self._places(data)
        return data

    def _places(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        hints = self._plain_places(data) if data["hints"] is None else data["hints"]
        try:
            check_hints(hints)
            check_places(hints, self._photo.width, self._photo.height)
        except (ValueError, PhotoRejected) as error:
            if isinstance(hints, list) and len(hints) > MOST_HINTS:
                raise forms.ValidationError(
                    _("At most %(n)s colours can be given to one photograph."), params={"n": MOST_HINTS}
                ) from error
            raise forms.ValidationError(UNREADABLE) from error
        return [{"x": int(hint["x"]), "y": int(hint["y"]), "rgb": hint["rgb"].lower()} for hint in hints]

    def _plain_places(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        kept = [self._before[number] for number in data["keep"]]
        if data["x"] is None and data["y"] is None:
            return kept
        if data["x"] is None or data["y"] is None:
            raise forms.ValidationError(PLACE)
        rgb = data["own"] if data["colour"] == OWN else data["colour"]
        if not rgb:
            raise forms.ValidationError(COLOUR)
        width, height = self._photo.width, self._photo.height
        place = {
            "x": min(width - 1, int(data["x"] * width / 100)),
            "y": min(height - 1, int(data["y"] * height / 100)),
        }
        return [*kept, {**place, "rgb": rgb}]

    @property
    def readable_hints(self) -> list[dict[str, Any]] | None:
        """What the page's script sent, where it is what the script sends, also when something else was refused."""
        hints = self.cleaned_data.get("hints")
        try:
            check_hints(hints or [])
        except ValueError:
            return None
        return hints

    def options(self) -> dict[str, Any]:
        """Fields of ml.contract.Options: the base's with these; what is as usual is left out."""
        data = self.cleaned_data
        percent = data["saturation"]
        strength = None if percent is None else percent / 100
        hints = data["places"] or Options.hints
        return versions.wished(
            self._base.options,
            hints=hints,
            saturation=strength,
            variant=data["variant"],
            damped=not data["undamped"],
        )
