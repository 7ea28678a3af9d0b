"""What people send, turned into values. Whether bytes are a photograph is judged by intake, per file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ml.contract import Options
from webapp.views.words import FINDINGS, STATES

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
    finding = forms.ChoiceField(
        required=False, choices=FINDINGS.items(), initial=Options.finding, widget=forms.RadioSelect
    )

    def options(self) -> dict[str, Any]:
        """What was chosen, as fields of ml.contract.Options; what is as usual is left out."""
        finding = self.cleaned_data["finding"] or Options.finding
        return {} if finding == Options.finding else {"finding": finding}


class AgainForm(forms.Form):
    """What shall be otherwise the next time."""

    finding = forms.ChoiceField(choices=FINDINGS.items(), widget=forms.RadioSelect)
    other_repair = forms.BooleanField(required=False)


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
