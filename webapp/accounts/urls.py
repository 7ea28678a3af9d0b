"""Addresses of accounts: of allauth's only those that are used here, under its names, since it looks them up."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path

from webapp.views import accounts, people

urlpatterns = [
    path("", accounts.account, name="account"),
    path("sign-in/", people.FamilySignIn.as_view(), name="account_login"),
    path("new/", allauth.signup, name="account_signup"),
    path("code/", accounts.confirm_code, name="account_email_verification_sent"),
    path("closed/", allauth.account_inactive, name="account_inactive"),
    path("address/", allauth.email, name="account_email"),
    path("password/", accounts.change_password, name="account_change_password"),
    path("forgotten/", accounts.forgotten, name="account_reset_password"),
    path("forgotten/code/", accounts.forgotten_code, name="account_confirm_password_reset_code"),
    path("forgotten/new/", accounts.forgotten_new, name="account_complete_password_reset"),
    path("forgotten/done/", accounts.forgotten_done, name="account_password_reset_completed"),
    path("delete/", accounts.delete, name="account_delete"),
]
