"""Django's own administration. Photographs and jobs are made by intake and the queue alone, so they are only shown."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from webapp.models import (
    Call,
    Comparison,
    Description,
    Handover,
    Hook,
    Job,
    Key,
    Letter,
    Pair,
    Pause,
    Photo,
    Rate,
    Refusal,
    Result,
    Review,
    Share,
    Submitted,
    Tally,
    Trace,
    Upload,
    User,
    Vote,
    Worker,
)

admin.site.register(User, UserAdmin)


class LookedAtOnly(admin.ModelAdmin):
    """Rows that have files or a state machine behind them: a form would part the two."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Key)
class KeyAdmin(admin.ModelAdmin):
    """A key is made by `manage.py key`, which alone can tell its secret; here it is looked at and taken back."""

    list_display = ("name", "user", "scopes", "created_at", "used_at")
    readonly_fields = ("user", "scopes", "sha256", "created_at", "used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


admin.site.register(Pause, LookedAtOnly)
admin.site.register(Handover, LookedAtOnly)


@admin.register(Share)
class ShareAdmin(LookedAtOnly):
    list_display = ("upload", "created_at", "expires_at")

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return request.user.is_superuser


@admin.register(Letter)
class LetterAdmin(LookedAtOnly):
    list_display = ("upload", "created_at", "tries", "sent_at")
    fields = ("upload", "language", "created_at", "tries", "not_before", "sent_at")  # whom to is not shown


@admin.register(Submitted)
class SubmittedAdmin(LookedAtOnly):
    list_display = ("name", "key", "photo")


@admin.register(Upload)
class UploadAdmin(LookedAtOnly):
    list_display = ("id", "user", "created_at")
    search_fields = ("id", "family")
    date_hierarchy = "created_at"


@admin.register(Refusal)
class RefusalAdmin(LookedAtOnly):
    list_display = ("upload", "name", "reason_code")
    list_filter = ("reason_code",)
    search_fields = ("upload__id", "name")


@admin.register(Photo)
class PhotoAdmin(LookedAtOnly):
    list_display = ("name", "format", "width", "height", "bits", "bytes", "created_at")
    list_filter = ("format", "bits")
    search_fields = ("id", "name", "sha256")
    date_hierarchy = "created_at"


@admin.register(Job)
class JobAdmin(LookedAtOnly):
    list_display = (
        "id",
        "photo",
        "state",
        "stage",
        "attempt",
        "deaths",
        "worker",
        "reason_code",
        "created_at",
    )
    list_filter = ("state", "stage", "reason_code")
    list_select_related = ("photo",)
    search_fields = ("id", "photo__name", "photo__id")
    date_hierarchy = "created_at"


@admin.register(Result)
class ResultAdmin(LookedAtOnly):
    list_display = ("job", "kind", "content_type", "bytes")
    list_filter = ("kind", "content_type")
    list_select_related = ("job__photo",)
    search_fields = ("job__id", "job__photo__name", "sha256")


@admin.register(Worker)
class WorkerAdmin(LookedAtOnly):
    list_display = ("name", "busy", "slots", "note", "seen_at")


@admin.register(Trace)
class TraceAdmin(LookedAtOnly):
    list_display = ("at", "act", "role", "who", "photo", "upload", "detail")
    list_filter = ("act", "role")
    search_fields = ("who", "photo", "upload")


@admin.register(Hook)
class HookAdmin(LookedAtOnly):
    """Its secret is shown nowhere."""

    list_display = ("key", "url", "created_at")
    fields = ("key", "url", "created_at")


@admin.register(Call)
class CallAdmin(LookedAtOnly):
    list_display = ("id", "hook", "job", "tries", "due_at", "told_at", "given_up_at", "answer")


@admin.register(Rate)
class RateAdmin(LookedAtOnly):
    list_display = ("name", "count", "ends_at")


@admin.register(Tally)
class TallyAdmin(LookedAtOnly):
    list_display = ("name", "value")


@admin.register(Review)
class ReviewAdmin(LookedAtOnly):
    list_display = ("job", "state", "user", "at")
    list_filter = ("state",)
    date_hierarchy = "at"


@admin.register(Description)
class DescriptionAdmin(LookedAtOnly):
    list_display = ("photo", "catalogue_number", "title")
    search_fields = ("catalogue_number", "title", "people", "place")


@admin.register(Comparison)
class ComparisonAdmin(LookedAtOnly):
    list_display = ("name", "kind", "user", "created_at")


admin.site.register(Pair, LookedAtOnly)


@admin.register(Vote)
class VoteAdmin(LookedAtOnly):
    """Who may see this may see the tally before its votes are in; so it is for admins alone."""

    list_display = ("pair", "choice", "user", "at")

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return request.user.is_superuser
