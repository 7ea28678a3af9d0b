"""Allauth's forms, where the site asks for something else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.forms import AddEmailForm, LoginForm
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from webapp.models import User


class PasswordAgain:
    """A field `password` that must be the person's own. The form has its person as `user`."""

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class SignInByEmailForm(LoginForm):
    def clean_login(self) -> str:
        """A user name is said to be none here, rather than to fit no password."""
        login = super().clean_login()
        if "@" not in login:
            raise forms.ValidationError(_("Please write your e-mail address."))
        return login


class ChangeEmailForm(PasswordAgain, AddEmailForm):
    password = PasswordField(autocomplete="current-password")

    def save(self, request: HttpRequest) -> EmailAddress:
        """With a server of mail the new address is confirmed first, by a code; without one it is taken as it is."""
        if settings.EMAIL_URL:
            return super().save(request)
        EmailAddress.objects.filter(user=self.user).delete()
        address = EmailAddress.objects.create(
            user=self.user, email=self.cleaned_data["email"], primary=True, verified=False
        )
        User.objects.filter(pk=self.user.pk).update(email=address.email)
        messages.success(request, _("Your address is changed."))
        return address


class DeleteAccountForm(PasswordAgain, forms.Form):
    password = PasswordField(autocomplete="current-password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
