"""A family's account and its end, and the end of everything a family has. The pages in between are allauth's views."""

from __future__ import annotations

from functools import wraps

from allauth.account import views
from allauth.account.models import EmailAddress
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from webapp import access, parcels, removal
from webapp.accounts.forms import DeleteAccountForm
from webapp.models import Trace
from webapp.views import selections
from webapp.views.doors import View

SEE_OTHER = 303


def with_mail(view: View) -> View:
    """For pages that send a letter: where no letter can be sent they are not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.EMAIL_URL:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


confirm_code = with_mail(never_cache(views.email_verification_sent))
forgotten = with_mail(never_cache(views.password_reset))
forgotten_code = with_mail(never_cache(views.confirm_password_reset_code))
forgotten_new = with_mail(never_cache(views.complete_password_reset))
forgotten_done = with_mail(never_cache(views.password_reset_from_key_done))


@never_cache
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    if not request.user.has_usable_password():  # allauth would lead to a page that is left out here
        raise Http404
    return views.password_change(request)


@never_cache
@require_GET
@login_required
def account(request: HttpRequest) -> HttpResponse:
    page = {
        "address": EmailAddress.objects.get_primary_email(request.user),
        "uploads": selections.rolls(access.own_uploads(request)),
        "is_staff": access.is_staff(request.user),
    }
    return render(request, "webapp/account.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@login_required
@rate_limit(action="change_password")
def delete(request: HttpRequest) -> HttpResponse:
    """The account with everything it owns. Staff are taken away by an admin: photographs of others hang on them."""
    if access.is_staff(request.user):
        raise Http404
    form = DeleteAccountForm(request.user, request.POST or None)
    if form.is_bound and form.is_valid():
        person = request.user
        _remove_own_uploads(request)
        logout(request)
        person.delete()
        messages.success(request, _("Your account and all that was in it are deleted."))
        return HttpResponseRedirect(reverse("home"), status=SEE_OTHER)
    page = {"form": form, **_counted(request)}
    return render(request, "webapp/account_delete.html", page, status=400 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def delete_everything(request: HttpRequest) -> HttpResponse:
    """All photographs of a family, with or without an account. An account stays."""
    if request.method == "POST":
        if _remove_own_uploads(request):
            messages.success(request, _("All your photographs and everything made from them are deleted."))
        return HttpResponseRedirect(reverse("home"), status=SEE_OTHER)
    return render(request, "webapp/delete_everything.html", _counted(request))


def _remove_own_uploads(request: HttpRequest) -> int:
    """Each in a transaction of its own; returns how many."""
    own = list(access.own_uploads(request))
    for upload in own:
        access.note(request, Trace.Act.DELETED, upload)
        removal.remove_upload(upload)
    parcels.remove_all(access.known_family(request))
    return len(own)


def _counted(request: HttpRequest) -> dict[str, int]:
    return access.own_uploads(request).aggregate(
        uploads=Count("pk", distinct=True), photographs=Count("photos", distinct=True)
    )
