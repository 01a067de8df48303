"""The roof: every address in the house."""

from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.set_language, name="set_language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("components/", views.components, name="components"),
    path("jsi18n/", views.script_words, name="script_words"),
    path("", include("accounts.urls")),
    path("", include("registry.urls")),
    path("", include("visits.urls")),
    path("cases/", include("disputes.urls")),
    path("reports/", include("reports.urls")),
    path("admin/roster/", include("registry.roster_views")),
    path("admin/", admin.site.urls),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
