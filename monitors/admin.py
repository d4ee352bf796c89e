"""The operator's view of what we watch. Evidence is shown and not edited."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from monitors.models import (
    Carrier,
    Component,
    Feed,
    FeedDocument,
    Monitor,
    OfficialPost,
    OfficialUpdate,
    OperatorNotice,
    PartnerKey,
    Provider,
    Report,
    SourceState,
    StateChange,
)
from monitors.services.report_moderation import moderate


class _Shown(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


class _Documents(admin.TabularInline):  # type: ignore[type-arg]
    model = FeedDocument
    extra = 0
    can_delete = False
    fields = readonly_fields = ("name", "url", "fetched_at", "failures", "error")

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


class _Updates(admin.TabularInline):  # type: ignore[type-arg]
    model = OfficialUpdate
    extra = 0


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "category", "status_page_url")
    list_filter = ("category",)
    search_fields = ("name", "slug")


@admin.register(Feed)
class FeedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("provider", "format", "is_enabled", "last_read_at", "failures", "error", "next_poll_at")
    list_filter = ("is_enabled", "format")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "provider__slug", "url")
    raw_id_fields = ("provider",)
    fields = ("provider", "format", "url", "interval_s", "is_enabled", "next_poll_at", "last_poll_at", "last_read_at",
              "last_change_at", "failures", "error", "page_id", "time_zone", "unknown_words", "backfilled_at")  # fmt: skip
    readonly_fields = ("last_poll_at", "last_read_at", "last_change_at", "failures", "error", "page_id", "time_zone",
                       "unknown_words")  # fmt: skip
    inlines = (_Documents,)


@admin.register(Component)
class ComponentAdmin(_Shown):
    list_display = ("name", "provider", "group", "service", "state", "word", "gone_at")
    list_select_related = ("provider", "group")
    search_fields = ("name", "provider__slug")


@admin.register(OfficialPost)
class OfficialPostAdmin(_Shown):
    list_display = ("title", "provider", "kind", "phase", "impact", "began_at", "resolved_at", "gone_at", "is_placed")
    list_filter = ("kind", "phase", "is_placed")
    list_select_related = ("provider",)
    search_fields = ("title", "provider__slug")
    date_hierarchy = "began_at"
    inlines = (_Updates,)


class _Open(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("open", "Open"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OperatorNotice]) -> QuerySet[OperatorNotice]:
        return queryset.filter(resolved_at__isnull=self.value() == "open") if self.value() else queryset


@admin.register(OperatorNotice)
class OperatorNoticeAdmin(_Shown):
    list_display = ("title", "kind", "ref", "raised_at", "seen_at", "count", "resolved_at")
    list_filter = (_Open, "kind")
    search_fields = ("title", "reason", "ref")
    date_hierarchy = "raised_at"
    ordering = ("-raised_at",)
    fields = ("title", "reason", "kind", "ref", "count", "raised_at", "seen_at", "resolved_at", "told_at", "sample")


@admin.register(Carrier)
class CarrierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "country", "slug", "host")
    list_filter = ("country",)
    list_select_related = ("host",)
    search_fields = ("name", "aliases")


@admin.register(Monitor)
class MonitorAdmin(_Shown):
    list_display = ("name", "organization", "kind", "interval_s", "is_paused", "last_check_at", "last_state")
    list_select_related = ("organization",)


@admin.register(SourceState)
class SourceStateAdmin(_Shown):
    list_display = ("ref", "scope", "state", "since", "observed_at", "reason")
    list_filter = ("source", "state")


@admin.register(StateChange)
class StateChangeAdmin(_Shown):
    list_display = ("ref", "scope", "old", "new", "at", "reason")
    list_filter = ("source",)


@admin.register(Report)
class ReportAdmin(_Shown):
    """People's reports. Comments are read here before anybody else sees them: choose "held", then approve or reject."""

    list_display = ("at", "provider", "problem", "country", "comment", "comment_state", "via", "is_counted")
    list_filter = ("comment_state", "via", "is_counted", "says_well")
    list_select_related = ("provider",)
    search_fields = ("provider__slug", "comment")
    date_hierarchy = "at"
    exclude = ("voter", "network", "wide", "browser")
    actions = ("approve", "reject")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("monitors.change_report")

    @admin.action(description="Approve the comment: everybody sees it", permissions=["moderate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        done = moderate(queryset.values_list("id", flat=True), is_approved=True)
        self.message_user(request, f"{done} comments approved.")

    @admin.action(description="Reject the comment: nobody sees it", permissions=["moderate"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        done = moderate(queryset.values_list("id", flat=True), is_approved=False)
        self.message_user(request, f"{done} comments rejected.")


@admin.register(PartnerKey)
class PartnerKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may send reports of their users. Keys are made by manage.py make_partner_key, which alone shows them."""

    list_display = ("name", "prefix", "trusted_networks", "per_minute", "last_used_at", "revoked_at")
    fields = ("name", "prefix", "trusted_networks", "per_minute", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("prefix", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
