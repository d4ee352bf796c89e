"""Pages about organizations and their members."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access, services
from accounts.forms import MemberForm, OrganizationForm, OrganizationSettingsForm, RoleForm
from accounts.models import Membership, Organization, Role, User
from kit.clock import clock


@require_GET
@login_required
def home_of_member(request: HttpRequest) -> HttpResponse:
    """Lead to the only organization of a person, or let them choose or create one."""
    organizations = access.organizations_of(request.user)
    if len(organizations) == 1:
        return redirect("dashboard", organizations[0].slug)
    if not organizations:
        return redirect("organization_new")
    return render(request, "accounts/organizations.html", {"organizations": organizations})


@require_http_methods(["GET", "POST"])
@login_required
def organization_new(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):  # login_required has seen to it; this tells the type checker
        return redirect("account_login")
    form = OrganizationForm(request.POST or None, initial={"name": services.guessed_name(user.email)})
    if request.method == "POST" and form.is_valid():
        organization = services.create_organization(form.cleaned_data["name"], user, now=clock())
        return redirect("dashboard", organization.slug)
    return render(request, "accounts/organization_new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
def organization_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an organization's name, zone and plan; admins change the first two."""
    membership = access.membership_for(request.user, slug)
    organization = membership.organization
    if request.method == "POST":
        access.organization_for(request.user, slug, at_least=Role.ADMIN)
    values = {"name": organization.name, "time_zone": organization.time_zone}
    form = OrganizationSettingsForm(request.POST or None, initial=values, now=organization.time_zone)
    if request.method == "POST" and form.is_valid():
        services.change_organization(organization, **form.cleaned_data)
        messages.success(request, "The settings are changed.")
        return redirect("organization_settings", slug)
    context = {
        "organization": organization,
        "form": form,
        "may_change": Role(membership.role).includes(Role.ADMIN),
    }
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership_for(request.user, slug)
    return _members_page(request, membership.organization, Role(membership.role), MemberForm())


def _members_page(
    request: HttpRequest, organization: Organization, role: Role, form: MemberForm, status: int = 200
) -> HttpResponse:
    rows = Membership.objects.filter(organization=organization).select_related("user").order_by("user__email")
    context = {
        "organization": organization,
        "members": rows,
        "roles": Role.choices,
        "form": form,
        "may_change": role.includes(Role.OWNER),
    }
    return render(request, "accounts/members.html", context, status=status)


@require_POST
@login_required
def member_add(request: HttpRequest, slug: str) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.OWNER)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            services.add_member(organization, form.cleaned_data["email"], Role(form.cleaned_data["role"]), now=clock())
            messages.success(request, f"{form.cleaned_data['email']} is a member now.")
            return redirect("members", slug)
        except services.NotAllowed as error:
            form.add_error("email", str(error))
    return _members_page(request, organization, Role.OWNER, form, status=400)


@require_POST
@login_required
def member_change(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.OWNER)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            services.change_role(organization, membership_id, Role(form.cleaned_data["role"]))
            messages.success(request, "The role was changed.")
    except services.NotAllowed as error:
        messages.error(request, str(error))
    return redirect("members", slug)


@require_POST
@login_required
def member_remove(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    organization = access.organization_for(request.user, slug, at_least=Role.OWNER)
    try:
        services.remove_member(organization, membership_id)
        messages.success(request, "The membership has ended.")
    except services.NotAllowed as error:
        messages.error(request, str(error))
    return redirect("members", slug)


@require_http_methods(["GET", "POST"])
@login_required
def sharing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what sharing delivery counts means; owners switch it on and off."""
    if request.method == "GET":
        membership = access.membership_for(request.user, slug)
        context = {
            "organization": membership.organization,
            "may_change": Role(membership.role).includes(Role.OWNER),
        }
        return render(request, "accounts/sharing.html", context)
    organization = access.organization_for(request.user, slug, at_least=Role.OWNER)
    shares = request.POST.get("shares") == "yes"
    services.share_counts(organization, shares=shares, now=clock())
    messages.success(request, "Your counts are shared from now on." if shares else "Your counts are no longer shared.")
    return redirect("receipt_sharing", slug)
