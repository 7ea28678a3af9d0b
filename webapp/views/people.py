"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView
from django.urls import reverse


class SignIn(LoginView):
    template_name = "webapp/login.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label_suffix": ""}

    def get_default_redirect_url(self) -> str:
        user = self.request.user
        return reverse("ops" if user.is_superuser else "staff" if user.is_staff else "home")
