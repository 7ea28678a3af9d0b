"""What staff ask and write at the desk, turned into values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ml.contract import RESULTS
from webapp.models import Description, Review
from webapp.views.words import PICTURES, STATES

KINDS = ("original", *RESULTS, "mask")


class SiftForm(forms.Form):
    """Which photographs staff want to see."""

    q = forms.CharField(
        label=_("Name, number or address"),
        required=False,
        strip=True,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *STATES.items()])
    review = forms.ChoiceField(
        label=_("Review"), required=False, choices=[("", _("All")), *Review.State.choices]
    )
    sender = forms.CharField(label=_("Sent by"), required=False, strip=True, max_length=150)
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @classmethod
    def read(cls, query: QueryDict) -> SiftForm:
        """A field that says nonsense counts as empty; the form is always valid."""
        first = cls(query, label_suffix="")
        first.full_clean()
        sense = query.copy()
        for name in first.errors:
            sense.pop(name, None)
        form = cls(sense, label_suffix="")
        form.full_clean()
        return form

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data[name] for name in ("sender", "since", "until"))


class ReviewForm(forms.Form):
    """version: the number of the one that was looked at. An absent state or note leaves what there is."""

    version = forms.CharField()
    state = forms.ChoiceField(required=False, choices=Review.State.choices)
    note = forms.CharField(required=False, max_length=2_000, strip=True)

    def wishes(self) -> dict[str, Any]:
        """Arguments of webapp.desk.reviews.decide."""
        note = self.cleaned_data["note"] if "note" in self.data else None
        return {"state": self.cleaned_data["state"] or None, "note": note}


class DescriptionForm(forms.ModelForm):
    class Meta:
        model = Description
        fields = ("catalogue_number", "title", "people", "place", "date", "rights", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


class TakeForm(forms.Form):
    """Which files of each photograph go into the ZIP."""

    kinds = forms.MultipleChoiceField(
        choices=[(kind, PICTURES[kind]) for kind in KINDS], widget=forms.CheckboxSelectMultiple
    )


class CompareForm(forms.Form):
    """What a new comparison is called and which result is compared."""

    name = forms.CharField(required=False, strip=True, max_length=200)
    kind = forms.ChoiceField(choices=[(kind, PICTURES[kind]) for kind in RESULTS])
