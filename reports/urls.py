from django.urls import include, path

from reports import export_views, views

app_name = "reports"

urlpatterns = [
    path("", views.home, name="home"),
    path("campaigns/<int:pk>/", views.campaign_figures, name="campaign"),
    path("campaigns/<int:pk>/begin/", views.begin, name="begin"),
    path("campaigns/<int:pk>/bulletin/", views.bulletin_text, name="bulletin"),
    path("campaigns/<int:pk>/excel/", export_views.campaign_workbook, name="campaign_workbook"),
    path("briefs/<int:pk>/excel/", export_views.brief_workbook, name="brief_workbook"),
    path("briefs/<int:pk>/", views.brief, name="brief"),
    path("briefs/<int:pk>/print/", views.print_brief, name="print"),
    path("prints/<int:pk>/", views.print_file, name="file"),
    path("papers/", include("reports.documents.urls")),
    path("exports/", export_views.export_list, name="exports"),
    path("exports/<int:pk>/", export_views.export_page, name="export"),
    path("exports/<int:pk>/file/", export_views.export_file, name="export_file"),
]
