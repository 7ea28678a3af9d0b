#!/usr/bin/env python
"""Django's entry; `manage.py serve` starts the whole site on one machine."""

import os
import sys
from importlib import import_module


def main() -> int:
    settings_module = os.environ.setdefault("DJANGO_SETTINGS_MODULE", "restore.settings")
    from django.core.management import execute_from_command_line

    from restore.env import WrongSetting

    try:
        import_module(settings_module)  # before Django does, so that a wrong value is one sentence
    except WrongSetting as wrong:
        print(wrong, file=sys.stderr)
        return 2
    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
