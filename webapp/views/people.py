"""Signing in of those who look after the site; families do it in webapp/views/accounts.py."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView

from webapp.accounts.adapter import front_door
from webapp.accounts.signing_in import StaffSignInForm


class SignIn(LoginView):
    template_name = "webapp/login.html"
    authentication_form = StaffSignInForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label_suffix": ""}

    def get_default_redirect_url(self) -> str:
        return front_door(self.request.user)
