"""The pages of alerts: channels, routes, and the log of what was delivered."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts import access
from accounts.models import Role, User
from alerts import queries, services
from alerts.channels.base import InvalidConfig
from alerts.forms import ChannelForm, FollowForm, RouteForm
from alerts.models import Channel, Notification, Route
from kit.clock import clock
from kit.htmx import is_htmx
from monitors.models import Follow
from monitors.services import follows
from monitors.services.scopes import scope_of


@require_GET
@login_required
def alerts(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    organization = membership.organization
    context = {
        "organization": organization,
        "channels": queries.channel_views(organization.id),
        "routes": queries.route_views(organization.id),
        "kinds": services.channel_kinds(),
        "can_edit": Role(membership.role).includes(Role.ADMIN),
    }
    return render(request, "alerts/alerts.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def channel_new(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    kinds = services.channel_kinds()
    kind = request.POST.get("kind") or request.GET.get("kind") or "email"
    if kind not in kinds:
        raise Http404
    form = ChannelForm(kinds[kind], request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            channel = services.create_channel(
                organization, kind, form.cleaned_data["name"], form.config, user=_user(request), now=clock()
            )
        except InvalidConfig as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{channel.name} is added. Send it a test, then choose what it hears of.")
            return redirect("alerts", slug=slug)
    context = {"organization": organization, "form": form, "kind": kind, "kinds": kinds}
    return render(request, "alerts/channel_new.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def channel_test(request: HttpRequest, slug: str, channel_id: int) -> HttpResponse:
    channel = _channel(request, slug, channel_id)
    services.send_test(channel, asked_by=str(request.user), now=clock())
    messages.info(request, f"A test is on its way to {channel.name}. This page shows what comes of it.")
    return redirect("delivery_log", slug=slug)


@require_POST
@login_required
def channel_enable(request: HttpRequest, slug: str, channel_id: int) -> HttpResponse:
    channel = _channel(request, slug, channel_id)
    services.enable_channel(channel)
    services.send_test(channel, asked_by=str(request.user), now=clock())
    messages.info(request, f"{channel.name} is on again, and a test is on its way to it.")
    return redirect("delivery_log", slug=slug)


@require_POST
@login_required
def channel_delete(request: HttpRequest, slug: str, channel_id: int) -> HttpResponse:
    channel = _channel(request, slug, channel_id)
    services.delete_channel(channel)
    messages.success(request, f"{channel.name} is removed, with its routes.")
    return redirect("alerts", slug=slug)


@require_http_methods(["GET", "POST"])
@login_required
def route_new(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    # A GET with a provider and a country is the same page with that provider's components and carriers.
    form = RouteForm(organization, data=request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        chosen = form.cleaned_data
        scope = scope_of(
            chosen["provider"],
            component=chosen["component"],
            country=chosen["country"],
            carrier=chosen["carrier"],
        )
        services.follow_with(organization, scope, chosen["channel"], user=_user(request), now=clock())
        messages.success(request, f"{chosen['channel'].name} will hear of it.")
        return redirect("alerts", slug=slug)
    form = form or RouteForm(organization, initial=request.GET.dict())
    context = {"organization": organization, "form": form}
    return render(request, "alerts/route_new.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def route_delete(request: HttpRequest, slug: str, route_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    services.delete_route(get_object_or_404(Route, id=route_id, organization=organization))
    messages.success(request, "The route is removed. What you follow stays on your dashboard.")
    return redirect("alerts", slug=slug)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def delivery_log(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    entries, page = queries.delivery_log(membership.organization_id, request.GET.get("page", "1"))
    context = {
        "organization": membership.organization,
        "entries": entries,
        "page": page,
        "can_edit": Role(membership.role).includes(Role.ADMIN),
    }
    template = "alerts/_log.html" if is_htmx(request) else "alerts/log.html"
    return render(request, template, context)


@require_POST
@login_required
def notification_resend(request: HttpRequest, slug: str, notification_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    row = get_object_or_404(Notification, id=notification_id, organization=organization)
    if services.resend(row, now=clock()):
        messages.info(request, "It is on its way again.")
    else:
        messages.error(request, "Only what was rejected or given up can be sent again.")
    return redirect("delivery_log", slug=slug)


@require_POST
@login_required
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow a scope, and be told by mail at one's own address. The target of "Follow" buttons.

    Takes `scope` (an id), or `provider` (a slug) with `component` (an id, or a service such as "sms"),
    `country` and `carrier` (a slug); and `next`, where to go afterwards.
    """
    organization = access.organization_for(request.user, slug, at_least=Role.MEMBER)
    form = FollowForm(organization, request.POST)
    if not form.is_valid():
        raise Http404
    user, now = _user(request), clock()
    address = queries.verified_address(user)
    if address:
        channel = services.own_email_channel(organization, user, address, now=now)
        services.follow_with(organization, form.chosen_scope(), channel, user=user, now=now)
        messages.success(request, f"You will hear of it at {address}.")
    else:
        follows.follow(organization, form.chosen_scope(), now)
        messages.warning(request, "You follow it. To be told by mail, confirm your address under Account first.")
    return _back(request, slug)


@require_POST
@login_required
def unfollow(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop following `scope` (an id): its routes go too, what is known of past incidents stays."""
    organization = access.organization_for(request.user, slug, at_least=Role.MEMBER)
    scope_id = request.POST.get("scope", "")
    followed = (
        Follow.objects.filter(organization=organization, scope_id=int(scope_id)).first() if scope_id.isdigit() else None
    )
    if followed is None:
        raise Http404
    follows.unfollow(organization, followed.scope)
    messages.success(request, "You no longer follow it. Nobody is told of it any more.")
    return _back(request, slug)


def _channel(request: HttpRequest, slug: str, channel_id: int) -> Channel:
    """Return a channel that this person may change. Raises Http404 and PermissionDenied."""
    organization = access.organization_for(request.user, slug, at_least=Role.ADMIN)
    return get_object_or_404(Channel, id=channel_id, organization=organization)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required saw to it
    return request.user


def _back(request: HttpRequest, slug: str) -> HttpResponse:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect("alerts", slug=slug)
