"""What allauth asks the site: names, sentences, where to go next, how a letter goes out."""

from __future__ import annotations

import logging
import smtplib
import uuid

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from webapp.models import User

log = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account was closed by those who look after this site."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("Address and password do not fit together. Please try again."),
        "username_password_mismatch": _("Name and password do not fit together. Please try again."),
        "email_taken": _("There is an account with this address already."),
        "enter_current_password": _("That is not your password."),
        "incorrect_code": _("That is not the code in the letter."),
        "rate_limited": _("Too many tries. Please wait a few minutes and try again."),
    }

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Families sign in by address; the name that Django's table wants tells nothing and can be nobody's."""
        user.username = user.username or uuid.uuid4().hex

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return front_door(request.user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: object) -> str:
        return reverse("account")

    def send_mail(self, template_prefix: str, email: str, context_of_letter: dict) -> None:
        """A server that is away is told on the page: the letter can be asked for again there."""
        try:
            super().send_mail(template_prefix, email, context_of_letter)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("a letter about an account could not be sent: %s", type(error).__name__)
            messages.error(
                context.request, gettext("The letter could not be sent just now. Please try again later.")
            )


def front_door(user: User) -> str:
    """Where somebody goes after signing in."""
    return reverse("ops" if user.is_superuser else "staff" if user.is_staff else "home")
