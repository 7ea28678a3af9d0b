"""Addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from webapp.api.routes import api
from webapp.views import (
    accounts,
    albums,
    audit,
    errors,
    family,
    health,
    numbers,
    ops,
    photograph,
    sharing,
    tiles,
    tus,
)
from webapp.views.desk import bring, comparisons, sheet, votes
from webapp.views.desk import photo as desk_photo
from webapp.views.people import SignIn

urlpatterns = [
    path("", family.home, name="home"),
    path("tus/", tus.parcels_of_family, name="tus"),
    path("tus/<uuid:parcel_id>/", tus.parcel, name="tus_parcel"),
    path("u/<uuid:upload_id>/", family.upload, name="upload"),
    path("u/<uuid:upload_id>/retry/", family.retry, name="retry"),
    path("u/<uuid:upload_id>/share/", sharing.share, name="share"),
    path("u/<uuid:upload_id>/share/<int:share_id>/", sharing.unshare, name="unshare"),
    path("s/<str:token>/", sharing.shared, name="shared"),
    path("u/<uuid:upload_id>/name/", albums.name, name="upload_name"),
    path("u/<uuid:upload_id>/settings/", albums.treat, name="upload_settings"),
    path("u/<uuid:upload_id>/join/", albums.join, name="upload_join"),
    path("u/<uuid:upload_id>/letter/", albums.letter, name="upload_letter"),
    path("u/<uuid:upload_id>/delete/", albums.delete, name="upload_delete"),
    path("u/<uuid:upload_id>/photographs.zip", family.archive, name="archive"),
    path("p/<uuid:photo_id>/", photograph.page, name="photo"),
    path("p/<uuid:photo_id>/status.json", photograph.status, name="photo_status"),
    path("p/<uuid:photo_id>/again/", photograph.again, name="photo_again"),
    path("p/<uuid:photo_id>/stop/", photograph.stop, name="photo_stop"),
    path("p/<uuid:photo_id>/correct/", photograph.correct, name="photo_correct"),
    path("p/<uuid:photo_id>/colour/", photograph.colour, name="photo_colour"),
    path("p/<uuid:photo_id>/delete/", photograph.delete, name="photo_delete"),
    path("p/<uuid:photo_id>/tiles/<slug:kind>.json", tiles.status, name="photo_tiles"),
    path(
        "p/<uuid:photo_id>/tiles/<slug:kind>/<int:level>/<int:column>_<int:row>.<slug:suffix>",
        tiles.tile,
        name="photo_tile",
    ),
    path("p/<uuid:photo_id>/<slug:kind>.<slug:suffix>", photograph.file, name="photo_file"),
    path("delete/", accounts.delete_everything, name="delete_everything"),
    path("account/", include("webapp.accounts.urls")),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="set_language"),
    path("staff/", sheet.photographs, name="staff"),
    path("staff/selection/", sheet.act, name="desk_act"),
    path("staff/bring/", bring.page, name="desk_bring"),
    path("staff/bring/take/", bring.take, name="desk_take_in"),
    path("staff/p/<uuid:photo_id>/", desk_photo.page, name="desk_photo"),
    path("staff/p/<uuid:photo_id>/review/", desk_photo.review, name="desk_review"),
    path("staff/p/<uuid:photo_id>/describe/", desk_photo.describe, name="desk_describe"),
    path("staff/comparisons/", comparisons.all_of_them, name="desk_comparisons"),
    path("staff/comparisons/<uuid:comparison_id>/", comparisons.page, name="desk_comparison"),
    path("staff/comparisons/<uuid:comparison_id>/vote/", votes.page, name="desk_vote"),
    path("staff/comparisons/<uuid:comparison_id>/vote/<int:number>/", votes.cast, name="desk_cast"),
    path(
        "staff/comparisons/<uuid:comparison_id>/vote/<int:number>/<slug:side>/",
        votes.picture,
        name="desk_side",
    ),
    path("staff/comparisons/<uuid:comparison_id>/tally/", votes.tally, name="desk_tally"),
    path("ops/", ops.live, name="ops"),
    path("ops/act/", ops.act, name="ops_act"),
    path("ops/audit/", audit.log, name="audit"),
    path("ops/audit.csv", audit.table, name="audit_table"),
    path("metrics", numbers.scrape, name="metrics"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
