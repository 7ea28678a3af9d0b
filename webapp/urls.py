"""Addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from webapp.api.routes import api
from webapp.views import errors, family, health, ops, photograph, sharing, staff
from webapp.views.people import SignIn

urlpatterns = [
    path("", family.home, name="home"),
    path("u/<uuid:upload_id>/", family.upload, name="upload"),
    path("u/<uuid:upload_id>/retry/", family.retry, name="retry"),
    path("u/<uuid:upload_id>/share/", sharing.share, name="share"),
    path("u/<uuid:upload_id>/share/<int:share_id>/", sharing.unshare, name="unshare"),
    path("s/<str:token>/", sharing.shared, name="shared"),
    path("u/<uuid:upload_id>/photographs.zip", family.archive, name="archive"),
    path("p/<uuid:photo_id>/", photograph.page, name="photo"),
    path("p/<uuid:photo_id>/status.json", photograph.status, name="photo_status"),
    path("p/<uuid:photo_id>/again/", photograph.again, name="photo_again"),
    path("p/<uuid:photo_id>/stop/", photograph.stop, name="photo_stop"),
    path("p/<uuid:photo_id>/correct/", photograph.correct, name="photo_correct"),
    path("p/<uuid:photo_id>/colour/", photograph.colour, name="photo_colour"),
    path("p/<uuid:photo_id>/delete/", photograph.delete, name="photo_delete"),
    path("p/<uuid:photo_id>/<slug:kind>.<slug:suffix>", photograph.file, name="photo_file"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("staff/", staff.photographs, name="staff"),
    path("ops/", ops.live, name="ops"),
    path("ops/act/", ops.act, name="ops_act"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
