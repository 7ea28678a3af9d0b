"""`manage.py key`: a key of the API for one person."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.api import keys
from webapp.models import Key, User


class Command(BaseCommand):
    help = "Makes a key of the API and prints its secret, this once. It is taken back in the administration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="whose key it is")
        parser.add_argument("--name", default="key", help="what it is for")
        parser.add_argument("--scopes", default=",".join(Key.Scope.values), help="read,write or one of them")

    def handle(self, *, user: str, name: str, scopes: str, **options: Any) -> None:
        owner = User.objects.filter(username=user).first()
        if owner is None:
            raise CommandError(f"nobody here is called {user}")
        try:
            secret = keys.make(owner, name, [scope for scope in scopes.split(",") if scope])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
