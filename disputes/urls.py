from django.urls import path

from disputes import new_case, return_visit_page, views

app_name = "disputes"

urlpatterns = [
    path("", views.case_list, name="list"),
    path("new/<int:door_pk>/", new_case.register_at_door, name="new"),
    path("<int:pk>/", views.case_detail, name="case"),
    path("<int:pk>/do/<str:name>/", views.act_on, name="act"),
    path("<int:pk>/parties/<int:party_pk>/consent/", views.consent, name="consent"),
    path("<int:pk>/evidence/<int:evidence_pk>/", views.evidence_file, name="evidence"),
    path("return-visits/<int:pk>/", return_visit_page.return_visit, name="return_visit"),
]
