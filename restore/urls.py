"""Addresses of the site: all of them are webapp's."""

from django.urls import include, path

from webapp.urls import handler400, handler403, handler404, handler500  # noqa: F401 (Django reads them here)

urlpatterns = [path("", include("webapp.urls"))]
