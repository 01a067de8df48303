from django.urls import include, path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("campaigns/<int:pk>/", views.campaign_figures, name="campaign"),
    path("campaigns/<int:pk>/begin/", views.begin, name="begin"),
    path("briefs/<int:pk>/", views.brief, name="brief"),
    path("briefs/<int:pk>/print/", views.print_brief, name="print"),
    path("prints/<int:pk>/", views.print_file, name="file"),
    path("papers/", include("reports.documents.urls")),
]
