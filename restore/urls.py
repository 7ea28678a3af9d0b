"""Addresses of the site: all of them are webapp's."""

from django.urls import include, path

urlpatterns = [path("", include("webapp.urls"))]
