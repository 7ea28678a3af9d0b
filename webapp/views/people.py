"""Signing in: of those who look after the site by name, of families by address."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView as FamilyLoginView
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse

from webapp import guards
from webapp.accounts.adapter import front_door


class _Limited:
    """Tells of webapp.guards, which stands before all passwords."""

    name_field: str

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Where the tries are used up, that is the reason, whatever the password was."""
        used_up = guards.signing_in(self.request, form.data.get(self.name_field, ""))
        if used_up is None:
            return super().form_invalid(form)
        form.errors.clear()
        form.add_error(None, str(used_up))
        return self.render_to_response(
            self.get_context_data(form=form), status=429, headers={"Retry-After": str(used_up.seconds)}
        )


class SignIn(_Limited, LoginView):
    template_name = "webapp/login.html"
    name_field = "username"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "label_suffix": ""}

    def get_default_redirect_url(self) -> str:
        return front_door(self.request.user)


class FamilySignIn(_Limited, FamilyLoginView):
    name_field = "login"
